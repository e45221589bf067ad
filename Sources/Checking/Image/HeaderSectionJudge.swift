import Bytes
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
      list.add(.h01, error)
    }
    let pair = HeaderPair(reading: file)
    guard let current = select(pair, &list) else { return (list.violations, nil) }
    judgeVersions(current, &list)
    judgeLogRange(current, fileByteCount: file.byteCount, &list)
    if options.judgesWarnings {
      judgeReserved(pair, &list)
      judgeOtherSlot(pair, current, &list)
    }
    return (list.violations, current)
  }

  private func select(_ pair: HeaderPair, _ list: inout ImageViolations) -> CurrentHeader? {
    switch (pair.first.outcome, pair.second.outcome) {
    case (.failure(let first), .failure(let second)):
      list.add(
        .h03, "neither header, at bytes 65536 and 131072, is valid",
        [first.finding, second.finding])
      return nil
    case (.success(let header), .failure):
      return CurrentHeader(slot: .first, header: header)
    case (.failure, .success(let header)):
      return CurrentHeader(slot: .second, header: header)
    case (.success(let first), .success(let second)):
      if first.sequenceNumber > second.sequenceNumber {
        return CurrentHeader(slot: .first, header: first)
      }
      if second.sequenceNumber > first.sequenceNumber {
        return CurrentHeader(slot: .second, header: second)
      }
      if options.equalSequenceNumbers == .acceptIdentical, pair.first.bytes == pair.second.bytes {
        return CurrentHeader(slot: .first, header: first)
      }
      list.add(
        .h04,
        """
        both headers have sequence number \(first.sequenceNumber), at bytes 65544 and 131080, so \
        neither is current
        """,
        [pair.first.bytes == pair.second.bytes ? "their bytes are equal" : "their bytes differ"])
      return nil
    }
  }

  private func judgeVersions(_ current: CurrentHeader, _ list: inout ImageViolations) {
    let header = current.header
    if header.version != VHDXHeader.version {
      list.add(
        .h05,
        "the current header has version \(header.version) at byte \(current.slot.byteOffset + 66)",
        ["expected \(VHDXHeader.version)"])
    }
    if header.logVersion != VHDXHeader.logVersion, !header.logGUID.isZero {
      list.add(
        .h06,
        """
        the log, which is not empty, has version \(header.logVersion) at byte \
        \(current.slot.byteOffset + 64)
        """,
        ["expected \(VHDXHeader.logVersion)", "LogGuid \(header.logGUID)"])
    }
  }

  private func judgeLogRange(
    _ current: CurrentHeader, fileByteCount: UInt64, _ list: inout ImageViolations
  ) {
    let header = current.header
    let mebibyte: UInt64 = 1 << 20
    let length = "LogLength \(header.logByteCount), \(header.logByteCount.hex)"
    let offset = "LogOffset \(header.logByteOffset), \(header.logByteOffset.hex)"
    if UInt64(header.logByteCount) % mebibyte != 0
      || header.logByteCount == 0 && !header.logGUID.isZero
    {
      list.add(
        .h07,
        "the log has \(header.logByteCount) bytes, says byte \(current.slot.byteOffset + 68)",
        ["expected whole MiB, and some while LogGuid is set", length])
    }
    // A log without bytes is nowhere.
    if header.logByteCount == 0 { return }
    let place = current.slot.byteOffset + 72
    if header.logByteOffset % mebibyte != 0 || header.logByteOffset < mebibyte {
      list.add(
        .h07, "the log starts at byte \(header.logByteOffset), says byte \(place)",
        ["expected whole MiB, one at least", offset])
    }
    if header.logRange.map({ $0.endByteOffset > fileByteCount }) ?? true {
      list.add(
        .h07,
        "the log does not end inside of the file's \(fileByteCount) bytes, says byte \(place)",
        [offset, length])
    }
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
