import Bytes
import ImageStacks
import Scheduling
import Testing
import VHDX

@testable import VHDXStack

/// Images that were in use before the run.
@Suite struct WornImageTests {
  private func layout(blockCount: UInt64) throws -> VHDXLayout {
    var configuration = ImageConfiguration()
    configuration.blockByteCount = 2 << 20
    let setup = ImageSetup(
      profile: .exact, bugs: [], configuration: configuration, diskByteCount: blockCount << 21,
      deviceSectorByteCount: 512)
    return try setup.layout(seed: Seed(1))
  }

  private func worn() throws -> MemoryImage {
    let layout = try layout(blockCount: 8)
    let file = MemoryImage(layout)
    WornImage(layout).wear(file)
    return file
  }

  /// The table is at 3 MiB and ends at 4 MiB.
  @Test func itsTableAndItsFileAreThoseThatItSays() throws {
    let file = try worn()
    #expect(file.byteCount == (11 << 20) + 512)
    func entry(_ index: UInt64) -> [UInt8] {
      file.read(ByteRange(byteOffset: (3 << 20) + index * 8, byteCount: 8))
    }
    #expect(entry(0) == [6, 0, 0x50, 0, 0, 0, 0, 0])
    #expect(entry(6) == [3, 0, 0x70, 0, 0, 0, 0, 0])
    #expect(entry(7) == [2, 0, 0x90, 0, 0, 0, 0, 0])
    for mebibyte in [7, 9, 11] as [UInt64] {
      #expect(
        file.read(ByteRange(byteOffset: mebibyte << 20, byteCount: 2)) == [0x5a, 0x5a])
    }
  }

  @Test func itOpensAsADiskOfZeroes() throws {
    let image = try VHDXImage(reading: worn())
    for block in 0..<8 as Range<UInt64> {
      let bytes = try image.read(ByteRange(byteOffset: block << 21, byteCount: 4096))
      #expect(bytes.allSatisfy { $0 == 0 })
    }
  }

  @Test func aDiskOfTwoBlocksCannotBeWorn() throws {
    #expect(try !WornImage.isPossible(layout(blockCount: 2)))
    #expect(try WornImage.isPossible(layout(blockCount: 3)))
  }
}
