import Bytes
import TestSupport
import Testing
import VHDX

/// Images whose counts and offsets are chosen to cost time or memory, or to lead anywhere.
@Suite struct HostileImageTests {
  /// A disk of 8 TiB in blocks of 1 MiB: 65 MiB of block table at 4 MiB.
  private static var largeDisk: MemoryImage {
    let table = QEMUImage.sealed(QEMUImage.regionTable, patching: [0x40], at: 34)
    let file = QEMUImage.file(
      patching: [0, 0, 0, 0, 0, 8, 0, 0], at: QEMUImage.metadata.byteOffset + 65544)
    for place: UInt64 in [196608, 262144] {
      file.write(QEMUImage.sealed(table, patching: [0, 0, 0x10, 4], at: 40), at: place)
    }
    return file
  }

  @Test func aLargeTableIsNeverHeldWhole() throws {
    let file = EndlessFile(Self.largeDisk, byteCount: 100 << 40)
    let image = try VHDXImage(reading: file)
    #expect(image.geometry.entryCount == 8_388_608 + 2047)
    #expect(file.largestReadByteCount == 65536)
  }

  @Test func aFileOfExbibytesIsRefusedBeforeItsBlocksAreCompared() {
    let file = EndlessFile(QEMUImage.file, byteCount: .max)
    let error = #expect(throws: FormatError.self) { try VHDXImage(reading: file) }
    #expect(error?.field == "fileByteCount")
  }

  @Test func aRegionOfFourGibibytesIsNotRead() throws {
    // The metadata region reaches from 3 MiB to its end at 4 GiB - 1 MiB after that.
    let table = QEMUImage.sealed(QEMUImage.regionTable, patching: [0, 0, 0xf0, 0xff], at: 72)
    let start = QEMUImage.file
    start.write(table, at: 196608)
    start.write(table, at: 262144)
    let file = EndlessFile(start, byteCount: 8 << 30)
    #expect(try VHDXImage(reading: file).virtualDiskByteCount == 64 << 20)
    #expect(file.largestReadByteCount == 65536)
  }

  /// Seeded damage with checksums that hold: an image opens and reads, or says what is wrong.
  @Test func anyDamageEndsInAnErrorOrInAnImage() {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func draw(_ bound: UInt64) -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state % bound
    }
    let values: [[UInt8]] = [
      [0], [1], [0xff], [0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0, 0, 0xf0, 0xff],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff],
      [6, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0, 0, 0, 0, 0x80],
    ]
    var openedCount = 0
    for _ in 0..<2000 {
      let file = QEMUImage.file
      for _ in 0...draw(2) {
        let value = values[Int(draw(UInt64(values.count)))]
        switch draw(4) {
        case 0:
          file.write(
            QEMUImage.sealed(QEMUHeader.second, patching: value, at: Int(8 + draw(72))), at: 131072)
        case 1:
          let table = QEMUImage.sealed(
            QEMUImage.regionTable, patching: value, at: Int(8 + draw(96)))
          file.write(table, at: 196608)
          file.write(table, at: 262144)
        case 2:
          let place = draw(2) == 0 ? draw(192) : 65536 + draw(40)
          file.write(value, at: QEMUImage.metadata.byteOffset + place)
        default: file.write(value, at: (2 << 20) + draw(64) * 8)
        }
      }
      for options in [ImageReadingOptions.strict, .qemu] {
        do throws(FormatError) {
          let image = try VHDXImage(reading: file, options: options)
          let end = min(image.virtualDiskByteCount, 4096)
          _ = try image.read(ByteRange(byteOffset: 0, byteCount: end))
          try image.forEachExtent { _ in }
          openedCount += 1
        } catch {
          #expect(!error.field.isEmpty)
        }
      }
    }
    // Otherwise the damage is all too obvious, and nothing after the first check is tried.
    #expect(openedCount > 200)
  }
}
