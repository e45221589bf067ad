import Bytes
import Checking
import VHDX

/// H01, H03 to H07, H09 and H18: the file identifier and the two headers.
///
/// Source: [MS-VHDX] 2.2.1, 2.2.2.
package struct HeaderSectionJudge {
  private let options: ImageJudgeOptions

  package init(options: ImageJudgeOptions = ImageJudgeOptions()) {
    self.options = options
  }

  /// - Returns: `current` is `nil` where no header is current; its fields may still break a rule.
  package func judge(
    _ file: any ImageFile
  ) -> (violations: [Violation], current: CurrentHeader?) {
    var list = ImageViolations()
    do throws(FormatError) {
      _ = try FileIdentifier(reading: file)
    } catch {
      list.add(error)
    }
    let pair = HeaderPair(reading: file)
    let current: CurrentHeader
    do throws(FormatError) {
      current = try pair.select(
        HeaderReadingOptions(equalSequenceNumbers: options.equalSequenceNumbers))
    } catch {
      list.add(error, pair.defects)
      return (list.violations, nil)
    }
    current.header.forEachDefect(
      at: current.slot.byteOffset, fileByteCount: file.byteCount
    ) { list.add($0) }
    if options.judgesWarnings {
      judgeReserved(pair, &list)
      judgeOtherSlot(pair, current, &list)
    }
    return (list.violations, current)
  }

  private func judgeReserved(_ pair: HeaderPair, _ list: inout ImageViolations) {
    for slot in HeaderSlot.allCases where pair[slot].header != nil && !pair[slot].isReservedZero {
      let bytes = pair[slot].bytes
      let index =
        bytes.indices.dropFirst(VHDXHeader.reservedByteOffset)
        .first { bytes[$0] != 0 } ?? VHDXHeader.reservedByteOffset
      list.add(
        .h09,
        "a reserved byte of a header is set, at byte \(slot.byteOffset + UInt64(index))",
        ["expected 0x0, found \(bytes[index].hex)"])
    }
  }

  /// While the log holds something a writer is at work, and the slots may differ.
  private func judgeOtherSlot(
    _ pair: HeaderPair, _ current: CurrentHeader, _ list: inout ImageViolations
  ) {
    guard current.header.logGUID.isZero else { return }
    let other = pair[current.slot.other]
    switch other.outcome {
    case .failure(let error):
      list.add(
        .h18, "the header at byte \(other.slot.byteOffset) is not valid, so no copy is left",
        [error.finding])
    case .success(var header):
      header.sequenceNumber = current.header.sequenceNumber
      if header != current.header {
        list.add(
          .h18,
          "the header at byte \(other.slot.byteOffset) holds other contents than the current one",
          [
            "current: FileWriteGuid \(current.header.fileWriteGUID), DataWriteGuid "
              + "\(current.header.dataWriteGUID), LogGuid \(current.header.logGUID)",
            "other: FileWriteGuid \(header.fileWriteGUID), DataWriteGuid "
              + "\(header.dataWriteGUID), LogGuid \(header.logGUID)",
          ])
      }
    }
  }
}

extension HeaderPair {
  /// Why each slot that holds no valid header does not.
  fileprivate var defects: [String] {
    HeaderSlot.allCases.compactMap { slot in
      guard case .failure(let error) = self[slot].outcome else { return nil }
      return error.finding
    }
  }
}
