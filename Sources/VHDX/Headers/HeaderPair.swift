import Bytes

/// Where one of the two headers stands.
///
/// Source: [MS-VHDX] 2.2.
package enum HeaderSlot: Int, CaseIterable, Sendable {
  case first
  case second

  package var byteOffset: UInt64 { self == .first ? 64 << 10 : 128 << 10 }

  package var range: ByteRange {
    ByteRange(byteOffset: byteOffset, byteCount: UInt64(VHDXHeader.byteCount))
  }

  package var other: HeaderSlot { self == .first ? .second : .first }
}

/// How headers are read where the specification is silent or programs differ.
package struct HeaderReadingOptions: Equatable, Sendable {
  package enum EqualSequenceNumbers: Sendable {
    /// Neither header is current (rule H04).
    case refuse
    /// The first header is current where the bytes of both are the same, as Disk2VHD leaves them.
    case acceptIdentical
  }

  /// Which header decides over versions and the log's place.
  package enum VersionReading: Sendable {
    /// Version and log fields are looked at in the current header.
    case ofCurrentHeader
    /// A header of another version is no valid header at all; log fields are left to whoever
    /// replays the log.
    case asValidity
  }

  package var equalSequenceNumbers: EqualSequenceNumbers
  package var versions: VersionReading

  package init(
    equalSequenceNumbers: EqualSequenceNumbers = .refuse,
    versions: VersionReading = .ofCurrentHeader
  ) {
    self.equalSequenceNumbers = equalSequenceNumbers
    self.versions = versions
  }

  /// The specification, read strictly.
  package static let strict = HeaderReadingOptions()
  /// As QEMU 7.2 chooses a header.
  package static let qemu = HeaderReadingOptions(
    equalSequenceNumbers: .acceptIdentical, versions: .asValidity)
}

/// One slot as it stands in a file.
package struct HeaderCopy: Equatable, Sendable {
  package var slot: HeaderSlot
  /// Up to 4096 bytes; fewer where the file ends before.
  package var bytes: [UInt8]
  /// The header, or why the slot holds no valid one.
  package var outcome: Result<VHDXHeader, FormatError>

  /// `nil` where the slot is not valid.
  package var header: VHDXHeader? { try? outcome.get() }

  /// Whether the bytes that a writer leaves as zero are zero (rule H09).
  package var isReservedZero: Bool {
    bytes.dropFirst(VHDXHeader.reservedByteOffset).allSatisfy { $0 == 0 }
  }

  init(reading file: any ImageFile, slot: HeaderSlot) {
    self.slot = slot
    let start = min(slot.byteOffset, file.byteCount)
    let end = min(slot.range.endByteOffset, file.byteCount)
    bytes = file.read(ByteRange(byteOffset: start, byteCount: end - start))
    do throws(FormatError) {
      outcome = .success(try VHDXHeader(parsing: bytes, at: slot.byteOffset))
    } catch {
      outcome = .failure(error)
    }
  }
}

/// The header that an image goes by, and where it stands.
package struct CurrentHeader: Equatable, Sendable {
  package var slot: HeaderSlot
  package var header: VHDXHeader

  package init(slot: HeaderSlot, header: VHDXHeader) {
    self.slot = slot
    self.header = header
  }
}

/// Both headers of an image.
///
/// Source: [MS-VHDX] 2.2.2.
package struct HeaderPair: Equatable, Sendable {
  package var first: HeaderCopy
  package var second: HeaderCopy

  /// Reads both slots as they stand; nothing is refused yet.
  package init(reading file: any ImageFile) {
    first = HeaderCopy(reading: file, slot: .first)
    second = HeaderCopy(reading: file, slot: .second)
  }

  package subscript(slot: HeaderSlot) -> HeaderCopy { slot == .first ? first : second }

  /// The only valid header, or the valid one with the larger sequence number, with its versions and
  /// log fields checked as `options` say.
  ///
  /// - Parameter fileByteCount: the log must end inside of the file.
  /// - Throws: ``FormatError`` where there is no such header (rules H03 to H07).
  package func current(
    _ options: HeaderReadingOptions = .strict, fileByteCount: UInt64
  ) throws(FormatError) -> CurrentHeader {
    let current = try select(options)
    if options.versions == .ofCurrentHeader {
      try current.header.forEachDefect(
        at: current.slot.byteOffset, fileByteCount: fileByteCount, FormatError.raise)
    }
    return current
  }

  /// The same, whatever the fields of that header say.
  ///
  /// - Throws: ``FormatError`` where no header is valid, or none is current (rules H03 and H04).
  package func select(
    _ options: HeaderReadingOptions = .strict
  ) throws(FormatError) -> CurrentHeader {
    switch (validity(of: first, options), validity(of: second, options)) {
    case (.failure(let error), .failure):
      throw error
    case (.success(let header), .failure):
      return CurrentHeader(slot: .first, header: header)
    case (.failure, .success(let header)):
      return CurrentHeader(slot: .second, header: header)
    case (.success(let one), .success(let two)):
      if one.sequenceNumber > two.sequenceNumber {
        return CurrentHeader(slot: .first, header: one)
      }
      if two.sequenceNumber > one.sequenceNumber {
        return CurrentHeader(slot: .second, header: two)
      }
      guard options.equalSequenceNumbers == .acceptIdentical, first.bytes == second.bytes else {
        throw ambiguity(one.sequenceNumber)
      }
      return CurrentHeader(slot: .first, header: one)
    }
  }

  private func validity(
    of copy: HeaderCopy, _ options: HeaderReadingOptions
  ) -> Result<VHDXHeader, FormatError> {
    guard options.versions == .asValidity, let header = copy.header,
      header.version != VHDXHeader.version
    else { return copy.outcome }
    return .failure(
      FormatError(
        .wrongValue, breaking: .h05, field: "header.version", at: copy.slot.byteOffset + 66,
        expected: "\(VHDXHeader.version)", found: "\(header.version)",
        hint: "Only version 1 of the format exists."))
  }

  private func ambiguity(_ sequenceNumber: UInt64) -> FormatError {
    FormatError(
      .wrongValue, breaking: .h04, field: "header.sequenceNumber",
      at: HeaderSlot.second.byteOffset + 8,
      expected: "another number than in the first header", found: "\(sequenceNumber)",
      hint: "Neither header is current; a reading that takes identical headers is an option.")
  }
}
