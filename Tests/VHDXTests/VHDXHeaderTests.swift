import Bytes
import Testing
import VHDX

@Suite struct VHDXHeaderTests {
  @Test func theHeadersOfQEMUAreReadAndWrittenTheSame() throws {
    let first = try VHDXHeader(parsing: QEMUHeader.first, at: 65536)
    #expect(first == QEMUHeader.header)
    #expect(first.encode() == QEMUHeader.first)
    let second = try VHDXHeader(parsing: QEMUHeader.second, at: 131072)
    #expect(second.sequenceNumber == 0x4ce3_68f3)
    #expect(second.encode() == QEMUHeader.second)
  }

  @Test(arguments: [0, 3, 4, 7, 8, 79, 80, 4095])
  func everyTruncationIsRefused(keptByteCount: Int) {
    #expect(throws: FormatError.self) {
      try VHDXHeader(parsing: [UInt8](QEMUHeader.first.prefix(keptByteCount)), at: 65536)
    }
  }

  @Test func everyDamagedByteIsRefused() {
    for index in 0..<VHDXHeader.byteCount {
      var bytes = QEMUHeader.first
      bytes[index] ^= 0x40
      let error = #expect(throws: FormatError.self, "byte \(index)") {
        try VHDXHeader(parsing: bytes, at: 65536)
      }
      #expect(error?.byteOffset == (index < 4 ? 65536 : 65540))
    }
  }

  @Test func aWrongChecksumSaysWhatWasExpected() {
    var bytes = QEMUHeader.first
    bytes[4] = 0
    #expect {
      try VHDXHeader(parsing: bytes, at: 65536)
    } throws: { error in
      "\(error)"
        == "'header.checksum' at byte 65540: expected 0x9c771b0f, found 0x9c771b00. "
        + "This copy is torn or damaged; the format keeps a second one."
    }
  }

  private func defects(_ header: VHDXHeader) -> [FormatError] {
    var defects: [FormatError] = []
    header.forEachDefect(at: 65536, fileByteCount: 8 << 20) { defects.append($0) }
    return defects
  }

  @Test func anotherVersionIsADefectWhereItStands() {
    var header = QEMUHeader.header
    for version: UInt16 in [0, 2] {
      header.version = version
      #expect(defects(header).map(\.rule) == [.h05])
    }
    header.version = 1
    header.logVersion = 1
    #expect(defects(header).isEmpty)
    header.logGUID = GUID(low: 1, high: 0)
    #expect(defects(header).map(\.rule) == [.h06])
    #expect(defects(header).first?.byteOffset == 65600)
  }

  /// A strict reader stops at the first, a judge sees them all.
  @Test func allDefectsAreToldAndTheFirstIsThrown() {
    var header = QEMUHeader.header
    header.version = 2
    header.logByteOffset = 65537
    header.logByteCount = 4096
    #expect(defects(header).map(\.rule) == [.h05, .h07, .h07])
    let places: [UInt64] = [65602, 65604, 65608]
    #expect(defects(header).map(\.byteOffset) == places)
    let thrown = #expect(throws: FormatError.self) {
      try header.forEachDefect(at: 65536, fileByteCount: 8 << 20, FormatError.raise)
    }
    #expect(thrown == defects(header).first)
  }

  struct LogPlace: Sendable {
    var byteOffset: UInt64
    var byteCount: UInt32
    var isLogged = false
    var badFieldByteOffset: UInt64?
  }

  static let logPlaces: [LogPlace] = [
    LogPlace(byteOffset: 1 << 20, byteCount: 1 << 20),
    LogPlace(byteOffset: 1 << 20, byteCount: 0),
    LogPlace(byteOffset: 7 << 20, byteCount: 1 << 20),
    LogPlace(byteOffset: 1 << 20, byteCount: 0, isLogged: true, badFieldByteOffset: 68),
    LogPlace(byteOffset: 1 << 20, byteCount: 4096, badFieldByteOffset: 68),
    LogPlace(byteOffset: 0, byteCount: 1 << 20, badFieldByteOffset: 72),
    LogPlace(byteOffset: 65536, byteCount: 1 << 20, badFieldByteOffset: 72),
    LogPlace(byteOffset: (1 << 20) + 1, byteCount: 1 << 20, badFieldByteOffset: 72),
    LogPlace(byteOffset: 8 << 20, byteCount: 1 << 20, badFieldByteOffset: 72),
    LogPlace(byteOffset: 7 << 20, byteCount: 2 << 20, badFieldByteOffset: 72),
    LogPlace(byteOffset: 0xffff_ffff_fff0_0000, byteCount: 1 << 20, badFieldByteOffset: 72),
  ]

  @Test(arguments: logPlaces)
  func theLogMustBeAlignedAndInsideOfTheFile(place: LogPlace) {
    var header = QEMUHeader.header
    header.logByteOffset = place.byteOffset
    header.logByteCount = place.byteCount
    header.logGUID = GUID(low: place.isLogged ? 1 : 0, high: 0)
    #expect(
      defects(header).first?.byteOffset == place.badFieldByteOffset.map { 65536 + $0 })
    #expect(defects(header).allSatisfy { $0.rule == .h07 })
  }
}
