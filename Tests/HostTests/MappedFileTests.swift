import Bytes
import Host
import TestSupport
import Testing

@Suite struct MappedFileTests {
  @Test func bytesAreThoseOfTheFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("two-pages")
    try shell("printf abc > \(path); truncate -s 5000 \(path); printf z >> \(path)")
    let region = try MappedFile.map(path)
    #expect(region.byteCount == 5001)
    #expect(region.bytes(in: 0..<4) == Array("abc\0".utf8))
    #expect(region.load(at: 5000, as: UInt8.self) == UInt8(ascii: "z"))
    #expect(region.isZero(in: 3..<5000))
  }

  @Test func emptyFileIsAnEmptyRegion() throws {
    let folder = try TemporaryFolder()
    try shell("touch \(folder.path("empty"))")
    #expect(try MappedFile.map(folder.path("empty")).byteCount == 0)
  }

  @Test func forgottenPagesComeBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    try shell("seq 1 150000 > \(path)")
    let region = try MappedFile.map(path, access: .sequential)
    let before = region.bytes(in: 0..<region.byteCount)
    region.forgetPages(in: 0..<region.byteCount)
    region.forgetPages(in: 5000..<5001)
    region.forgetPages(in: 7..<7)
    #expect(region.bytes(in: 0..<region.byteCount) == before)
  }

  @Test func walkingAndForgettingStaysInConstantMemory() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("large")
    try shell("head -c 268435456 /dev/zero > \(path)")
    let region = try MappedFile.map(path)
    let step = 1 << 20
    var residentByteCount = 0
    for start in stride(from: 0, to: region.byteCount, by: step) {
      for byteOffset in stride(from: start, to: start + step, by: 4096) {
        residentByteCount += Int(region.load(at: byteOffset, as: UInt8.self))
      }
      region.forgetPages(in: start..<start + step)
      if start == region.byteCount - step { residentByteCount = try mappedByteCount(of: path) }
    }
    #expect(residentByteCount < 16 << 20)
  }

  @Test func missingFileIsNamed() {
    let error = #expect(throws: HostError.self) { try MappedFile.map("/no/such/log") }
    #expect(
      error?.description
        == "cannot open '/no/such/log': No such file or directory (error 2). Check the path.")
  }

  @Test func folderIsRefused() {
    let error = #expect(throws: HostError.self) { try MappedFile.map("/tmp") }
    #expect(
      error?.description
        == "cannot map '/tmp': Is a directory (error 21). Name a file, not a folder.")
  }

  @Test func pipesAndCharacterDevicesAreRefused() throws {
    let folder = try TemporaryFolder()
    try shell("mkfifo \(folder.path("pipe"))")
    for path in [folder.path("pipe"), "/dev/zero"] {
      let error = #expect(throws: HostError.self) { try MappedFile.map(path) }
      #expect(error?.description.contains("Copy the bytes into a file") == true)
    }
  }

  /// How much of the mapping of `path` is in this process's memory, as the kernel counts it.
  private func mappedByteCount(of path: String) throws -> Int {
    let lines = try InputFile.text("/proc/self/smaps").split(separator: "\n")
    guard let start = lines.firstIndex(where: { $0.hasSuffix(path) }) else { return .max }
    for line in lines[start...] where line.hasPrefix("Rss:") {
      return (Int(line.split(separator: " ")[1]) ?? .max) * 1024
    }
    return .max
  }
}
