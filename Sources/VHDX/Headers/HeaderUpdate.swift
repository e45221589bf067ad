import Bytes

/// Which fields of a header change. What is `nil` stays as it is.
package struct HeaderChange: Equatable, Sendable {
  package var fileWriteGUID: GUID?
  package var dataWriteGUID: GUID?
  package var logGUID: GUID?
  package var logByteCount: UInt32?
  package var logByteOffset: UInt64?

  package init(
    fileWriteGUID: GUID? = nil, dataWriteGUID: GUID? = nil, logGUID: GUID? = nil,
    logByteCount: UInt32? = nil, logByteOffset: UInt64? = nil
  ) {
    self.fileWriteGUID = fileWriteGUID
    self.dataWriteGUID = dataWriteGUID
    self.logGUID = logGUID
    self.logByteCount = logByteCount
    self.logByteOffset = logByteOffset
  }

  func applied(to header: VHDXHeader) -> VHDXHeader {
    var changed = header
    changed.fileWriteGUID = fileWriteGUID ?? header.fileWriteGUID
    changed.dataWriteGUID = dataWriteGUID ?? header.dataWriteGUID
    changed.logGUID = logGUID ?? header.logGUID
    // Who begins a log says what its version is; that of an empty one says nothing (rule H06).
    if logGUID?.isZero == false { changed.logVersion = VHDXHeader.logVersion }
    changed.logByteCount = logByteCount ?? header.logByteCount
    changed.logByteOffset = logByteOffset ?? header.logByteOffset
    return changed
  }
}

/// One write of the update procedure: what goes into which slot. Once the bytes are flushed,
/// ``current`` is the image's header.
package struct HeaderWrite: Equatable, Sendable {
  package var current: CurrentHeader
  package var bytes: [UInt8]

  package var byteOffset: UInt64 { current.slot.byteOffset }
}

extension CurrentHeader {
  /// The next header: a sequence number one larger, in the slot that is not current. Applying it
  /// twice, with a flush after each write and an empty change the second time, puts the new
  /// contents into both slots.
  ///
  /// Source: [MS-VHDX] 2.2.2.1; rules H10 and H11.
  ///
  /// - Parameter wrapping: goes on with 0 after the last number, as QEMU does.
  /// - Throws: ``FormatError`` where no larger sequence number exists.
  package func updated(
    _ change: HeaderChange = HeaderChange(), wrapping: Bool = false
  ) throws(FormatError) -> HeaderWrite {
    let (sequenceNumber, overflow) = header.sequenceNumber.addingReportingOverflow(1)
    guard !overflow || wrapping else {
      throw FormatError(
        .outOfRange, breaking: .h04, field: "header.sequenceNumber", at: slot.byteOffset + 8,
        expected: "less than \(UInt64.max)", found: "\(header.sequenceNumber)",
        hint: "No header can follow this one: convert the image into a new one.")
    }
    var next = change.applied(to: header)
    next.sequenceNumber = sequenceNumber
    return HeaderWrite(
      current: CurrentHeader(slot: slot.other, header: next), bytes: next.encode())
  }
}

extension HeaderPair {
  /// ``CurrentHeader/updated(_:)`` of the pair's current header.
  ///
  /// - Throws: ``FormatError`` where there is no current header.
  package func updated(
    _ change: HeaderChange = HeaderChange(), options: HeaderReadingOptions = .strict,
    fileByteCount: UInt64
  ) throws(FormatError) -> HeaderWrite {
    try current(options, fileByteCount: fileByteCount).updated(change)
  }
}
