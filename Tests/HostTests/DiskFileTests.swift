import Bytes
import Host
import TestSupport
import Testing

/// A disk in a file, compared with what other programs find there.
@Suite struct DiskFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path("disk.img") }

  private func disk(_ script: String = "head -c 1M /dev/zero | tr '\\0' x") throws -> DiskFile {
    try shell("\(script) > '\(path)'")
    return try DiskFile(path)
  }

  @Test func whatIsWrittenIsThere() throws {
    let disk = try disk()
    #expect(disk.byteCount == 1 << 20)
    try disk.write([1, 2, 3], at: 4095)
    try disk.sync()
    #expect(
      try disk.read(ByteRange(byteOffset: 4094, byteCount: 5)) == [0x78, 1, 2, 3, 0x78])
    #expect(
      try shell("od -An -tu1 -j4094 -N5 '\(path)'").split(separator: " ").map {
        $0.filter(\.isNumber)
      }
        == ["120", "1", "2", "3", "120"])
  }

  /// Zeroes keep the blocks or give them back; both read the same.
  @Test func zeroesAreHolesOnlyWhereTheSpaceIsNotKept() throws {
    let disk = try disk()
    try disk.zero(ByteRange(byteOffset: 0, byteCount: 256 << 10), keepsSpace: true)
    try disk.sync()
    let kept = try shell("stat -c %b '\(path)'")
    try disk.zero(ByteRange(byteOffset: 512 << 10, byteCount: 256 << 10), keepsSpace: false)
    try disk.zero(ByteRange(byteOffset: 1, byteCount: 0), keepsSpace: false)
    try disk.sync()
    let left = try shell("stat -c %b '\(path)'")
    #expect(
      Int(kept.filter(\.isNumber)).map { $0 >= 2048 } == true, "\(kept)")
    #expect(Int(left.filter(\.isNumber)).map { $0 < 2048 } == true, "\(left)")
    try shell(
      """
      cmp -n 262144 '\(path)' /dev/zero; cmp -n 262144 -i 524288:0 '\(path)' /dev/zero
      test "$(tr -d 'x' < '\(path)' | wc -c)" = 524288
      """)
    let hole = try #require(disk.extent(at: 512 << 10))
    #expect(hole == SparseExtent(isHole: true, endByteOffset: 768 << 10))
    #expect(disk.extent(at: 768 << 10) == SparseExtent(isHole: false, endByteOffset: 1 << 20))
  }

  @Test func aFileThatBecameShorterIsAnError() throws {
    let disk = try disk()
    try shell("truncate -s 4096 '\(path)'")
    let error = #expect(throws: HostError.self) {
      try disk.read(ByteRange(byteOffset: 4000, byteCount: 200))
    }
    #expect(error?.errorNumber == 5)
  }

  @Test func aDiskInUseAndWhatIsNoDiskAreRefused() throws {
    let disk = try disk()
    #expect(throws: HostError.self) { try DiskFile(path) }
    #expect(try Peer.qemuIO.attempt(["-f", "raw", "-c", "read 0 512", path]).status != .exited(0))
    #expect(disk.path == path)
    #expect(throws: HostError.self) { try DiskFile(folder.path) }
    #expect(throws: HostError.self) { try DiskFile(folder.path("none")) }
    #expect(throws: HostError.self) { try DiskFile("/dev/null") }
  }
}
