import Bytes
import Testing
import VHDX

@Suite struct RecoveryTests {
  /// An image of qemu-img whose log holds the given entries, back to back.
  private func image(
    _ entries: [[UInt8]], logGUID: GUID = LogEntryBytes.guid
  ) throws -> MemoryImage {
    let file = QEMUImage.file
    var current = try HeaderPair(reading: file).current(fileByteCount: file.byteCount)
    for _ in 0..<2 {
      let write = try current.updated(HeaderChange(logGUID: logGUID))
      file.write(write.bytes, at: write.byteOffset)
      current = write.current
    }
    file.write(entries.flatMap { $0 }, at: current.header.logByteOffset)
    return file
  }

  private func entry(
    _ number: UInt64, tail: UInt32 = 0, flushed: UInt64 = 0, last: UInt64 = 0,
    _ updates: [LogUpdate] = []
  ) -> [UInt8] {
    LogEntry(
      logGUID: LogEntryBytes.guid, sequenceNumber: number, tailByteOffset: tail,
      flushedByteCount: flushed, lastByteCount: last, updates: updates
    ).encode()
  }

  /// The hand-written entry, with its tail at the ring's start.
  private static let handWritten = LogEntryBytes.patched([0, 0], at: 12)

  @Test func aHandWrittenEntryIsReplayedToTheByte() throws {
    let file = try image([Self.handWritten])
    file.write([UInt8](repeating: 0x77, count: 16384), at: 5 << 20 - 4096)
    guard case .recovered(let summary) = Recovery().run(on: file) else {
      Issue.record("not recovered")
      return
    }
    #expect(summary.fileByteCount == 9 << 20)
    #expect(summary.replayedEntryCount == 1)
    #expect(summary.replayedDescriptorCount == 2)
    let sector = file.read(ByteRange(byteOffset: 4 << 20, byteCount: 4096))
    #expect(sector.prefix(8).allSatisfy { $0 == 0xaa })
    #expect(sector[8..<4092].allSatisfy { $0 == 0xbb })
    #expect(sector.suffix(4).allSatisfy { $0 == 0xcc })
    let around = file.read(ByteRange(byteOffset: 5 << 20 - 4096, byteCount: 16384))
    #expect(around.prefix(4096).allSatisfy { $0 == 0x77 })
    #expect(around[4096..<12288].allSatisfy { $0 == 0 })
    #expect(around.suffix(4096).allSatisfy { $0 == 0x77 })
    #expect(Recovery().run(on: file) == .notNeeded)
  }

  @Test func nothingIsWrittenWhereNothingIsToDoOrRecoveryRefuses() throws {
    let cases: [(MemoryImage, RecoveryOutcome)] = [
      (QEMUImage.file, .notNeeded),
      (try image([]), .refused(.noActiveSequence)),
      (
        try image([entry(1, flushed: 64 << 20)]),
        .refused(.truncated(fileByteCount: 8 << 20, flushedByteCount: 64 << 20))
      ),
      (
        try image([entry(1, last: 1 << 60)]),
        .refused(.tooLong(byteCount: 1 << 60, limitByteCount: 1 << 47))
      ),
    ]
    for (file, expected) in cases {
      let overlay = OverlayImage(file)
      #expect(Recovery().run(on: overlay) == expected)
      #expect(overlay.changes.isEmpty)
    }
  }

  /// The real program opens it, too: there is no place that an entry could be at.
  @Test func aLogOfNoBytesIsEmptyToQEMUWhateverItsGuid() throws {
    let file = QEMUImage.file
    var header = try HeaderPair(reading: file).current(fileByteCount: file.byteCount).header
    header.logGUID = LogEntryBytes.guid
    header.logByteCount = 0
    for slot in HeaderSlot.allCases {
      header.sequenceNumber += 1
      file.write(header.encode(), at: slot.byteOffset)
    }
    #expect(Recovery(profile: .qemu7222).run(on: OverlayImage(file)) == .notNeeded)
    guard case .refused(.header(let error)) = Recovery().run(on: OverlayImage(file)) else {
      Issue.record("not refused")
      return
    }
    #expect(error.field == "header.logByteCount")
  }

  @Test func aReadOnlyOpeningIsRefusedAndAnOverlayIsNot() throws {
    let file = try image([Self.handWritten])
    let before = file.read(ByteRange(byteOffset: 0, byteCount: file.byteCount))
    let overlay = OverlayImage(file)
    #expect(
      Recovery(options: RecoveryOptions(access: .readOnly)).run(on: overlay)
        == .refused(.readOnly))
    #expect(overlay.changes.isEmpty)
    #expect(Recovery().run(on: overlay).opens)
    #expect(overlay.byteCount == 9 << 20)
    #expect(file.read(ByteRange(byteOffset: 0, byteCount: file.byteCount)) == before)
  }

  @Test func headersComeFirstAndLastWithAFlushBeforeAndBehindEach() throws {
    let overlay = OverlayImage(try image([Self.handWritten]))
    _ = Recovery().run(on: overlay)
    let places = overlay.changes.map { change -> String in
      switch change {
      case .write(let byteOffset, _): "write \(byteOffset >> 10)K"
      case .zero(let range): "zero \(range.byteOffset >> 10)K"
      case .resize(let byteCount): "resize \(byteCount >> 10)K"
      case .flush: "flush"
      }
    }
    let header = ["write 64K", "flush", "write 128K", "flush"]
    let home = ["zero 5120K", "write 4096K", "resize 9216K", "flush"]
    #expect(places.first == "flush")
    #expect(
      [header, [header[2], header[3], header[0], header[1]]].contains(Array(places[1..<5])))
    #expect(Array(places[5..<9]) == home)
    #expect(places.count == 13)
  }

  @Test func aTerabyteOfZeroesTakesNoMemory() throws {
    let range = ByteRange(byteOffset: 4 << 20, byteCount: 1 << 40)
    let overlay = OverlayImage(try image([entry(1, [.zero(range)])]))
    #expect(Recovery().run(on: overlay).opens)
    #expect(overlay.byteCount == range.endByteOffset)
    #expect(
      overlay.read(ByteRange(byteOffset: 1 << 39, byteCount: 4096)).allSatisfy { $0 == 0 })
    let bugged = OverlayImage(try image([entry(1, [.zero(range)])]))
    #expect(Recovery(profile: .only(.zeroLengthUnbounded)).run(on: bugged) == .neverEnds)
  }

  @Test func cuttingReplayOffAndStartingAgainGivesTheSameBytes() throws {
    let whole = OverlayImage(try image([Self.handWritten]))
    _ = Recovery().run(on: whole)
    for keptCount in 0..<whole.changes.count {
      let again = OverlayImage(try image([Self.handWritten]))
      for change in whole.changes.prefix(keptCount) {
        switch change {
        case .write(let byteOffset, let bytes): again.write(bytes, at: byteOffset)
        case .zero(let range): again.zero(range)
        case .resize(let byteCount): again.resize(toByteCount: byteCount)
        case .flush: again.flush()
        }
      }
      #expect(Recovery().run(on: again).opens)
      #expect(again.byteCount == whole.byteCount)
      let data = ByteRange(byteOffset: 1 << 20, byteCount: whole.byteCount - 1 << 20)
      #expect(again.read(data) == whole.read(data))
    }
  }
}
