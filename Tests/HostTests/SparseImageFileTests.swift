import Bytes
import Glibc
import Host
import TestSupport
import Testing

@Suite struct SparseImageFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("disk.img")
  }

  /// Bytes that the file takes up on its disk, as stat(1) counts them.
  private func allocatedByteCount() throws -> Int {
    let blockCount = try shell("stat -c %b \(path)").split(separator: "\n").joined()
    return (Int(blockCount) ?? .max) * 512
  }

  @Test func anImageOfZeroesTakesNoSpace() throws {
    let image = try SparseImageFile(path, byteCount: 1 << 40)
    #expect(!Folders.exists(path))
    try image.write([UInt8](repeating: 0, count: 1 << 20), at: 1 << 30)
    try image.zero(ByteRange(byteOffset: 0, byteCount: 1 << 40))
    try image.finish()
    #expect(try MappedFile.map(path).byteCount == 1 << 40)
    #expect(try allocatedByteCount() == 0)
  }

  @Test func anImageForShortUseHasItsBytesAndItsNameToo() throws {
    let image = try SparseImageFile(path, byteCount: 10)
    try image.write([1, 2, 3], at: 4)
    #expect(!Folders.exists(path))
    try image.finishForShortUse()
    #expect(try InputFile.bytes(path) == [0, 0, 0, 0, 1, 2, 3, 0, 0, 0])
    #expect(try Folders.names(in: folder.path) == ["disk.img"])
  }

  @Test func zeroesBetweenDataStayHoles() throws {
    let image = try SparseImageFile(path, byteCount: 1 << 20)
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes[0] = 1
    bytes[600_000] = 2
    bytes[(1 << 20) - 1] = 3
    try image.write(bytes, at: 0)
    try image.finish()
    #expect(try InputFile.bytes(path) == bytes)
    #expect(try allocatedByteCount() == 3 * 4096)
  }

  @Test func zeroesOverDataGiveTheirBlocksBack() throws {
    let image = try SparseImageFile(path, byteCount: 1 << 20)
    try image.write([UInt8](repeating: 7, count: 1 << 20), at: 0)
    try image.write([UInt8](repeating: 0, count: 1 << 18), at: 0)
    try image.zero(ByteRange(byteOffset: 1 << 19, byteCount: (1 << 18) + 100))
    try image.finish()
    func run(_ byte: UInt8, _ byteCount: Int) -> [UInt8] {
      [UInt8](repeating: byte, count: byteCount)
    }
    let quarter = 1 << 18
    #expect(
      try InputFile.bytes(path) == run(0, quarter) + run(7, quarter) + run(0, quarter + 100)
        + run(7, quarter - 100))
    #expect(try allocatedByteCount() == 1 << 19)
  }

  /// Many small writes and zeroings at odd places, beside the same ones in an array.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func anyMixtureOfWritesGivesTheBytesOfAnArray(seed: UInt64) throws {
    var state = seed
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var expected = [UInt8](repeating: 0, count: 100_000)
    let image = try SparseImageFile(path, byteCount: UInt64(expected.count))
    for _ in 0..<60 {
      let start = below(expected.count)
      let range = start..<min(expected.count, start + below(20_000))
      switch below(4) {
      case 0:
        try image.zero(ByteRange(byteOffset: UInt64(start), byteCount: UInt64(range.count)))
        expected.replaceSubrange(range, with: repeatElement(0, count: range.count))
      case 1:
        let byteCount = 40_000 + below(60_000)
        try image.resize(toByteCount: UInt64(byteCount))
        try image.resize(toByteCount: UInt64(expected.count))
        expected.replaceSubrange(
          byteCount..., with: repeatElement(0, count: expected.count - byteCount))
      default:
        // Half of the bytes are zero, in runs of up to 10,000.
        let piece = range.map { $0 / 10_000 % 2 == 0 ? 0 : UInt8(truncatingIfNeeded: $0 | 1) }
        try image.write(ByteRegion([9, 9] + piece), in: 2..<piece.count + 2, at: UInt64(start))
        expected.replaceSubrange(range, with: piece)
      }
    }
    try image.finish()
    #expect(try InputFile.bytes(path) == expected)
  }

  @Test func withoutAnEndNothingIsLeft() throws {
    var image: SparseImageFile? = try SparseImageFile(path, byteCount: 1 << 20)
    try image?.write([1], at: 77)
    image = nil
    #expect(try Folders.names(in: folder.path).isEmpty)
  }

  @Test func devicesAndImpossibleLengthsAreRefused() throws {
    let device = #expect(throws: HostError.self) { try SparseImageFile("/dev/null", byteCount: 1) }
    #expect(device?.found == "it is no regular file")
    let long = #expect(throws: HostError.self) { try SparseImageFile(path, byteCount: .max) }
    #expect(long?.errorNumber == EFBIG)
    #expect(try Folders.names(in: folder.path).isEmpty)
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
  func onAFullDiskNothingIsLeftAndNothingMoreIsWritten() throws {
    let disk = try SmallDisk(byteCount: 64 << 10)
    let image = try SparseImageFile(disk.path("disk.img"), byteCount: 1 << 20)
    let bytes = [UInt8](repeating: 1, count: 1 << 20)
    let error = #expect(throws: HostError.self) { try image.write(bytes, at: 0) }
    #expect(error?.errorNumber == ENOSPC)
    #expect(throws: HostError.self) { try image.write([1], at: 0) }
    #expect(throws: HostError.self) { try image.finish() }
    #expect(try Folders.names(in: disk.folder.path).isEmpty)
  }

  @Test func atALimitOfTheFileSizeNothingIsLeft() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      Interrupts.install()
      var limit = rlimit(rlim_cur: 300_000, rlim_max: 300_000)
      try #require(unsafe setrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let error = #expect(throws: HostError.self) {
        _ = try SparseImageFile(folder.path("disk.img"), byteCount: 1 << 20)
      }
      let names = try Folders.names(in: folder.path)
      Folders.remove(folder.path)
      exit(error?.errorNumber == EFBIG && names.isEmpty ? 0 : 1)
    }
  }

  @Test func aWriteBehindTheEndTraps() async {
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryFolder()
      let image = try SparseImageFile(folder.path("disk.img"), byteCount: 512)
      try image.write([1, 2], at: 511)
      exit(0)
    }
  }
}
