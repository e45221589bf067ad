import BlockDevice
import Bytes
import Host
import Scheduling
import Stacks
import TestSupport
import Testing
import VHDX
import WriteLog

/// What the disk writes, QEMU's tools read; what they write, the disk reads.
@Suite(.serialized) struct VHDXDiskPeerTests {
  private static func save(_ contents: SparseBytes, to path: String) throws {
    let file = try SparseImageFile(path, byteCount: contents.byteCount)
    let step: UInt64 = 1 << 20
    for start in stride(from: 0, to: contents.byteCount, by: Int(step)) {
      let part = ByteRange(byteOffset: start, byteCount: min(step, contents.byteCount - start))
      try file.write(contents.read(part), at: start)
    }
    try file.finish()
  }

  private static func load(_ path: String) throws -> SparseBytes {
    let bytes = try InputFile.bytes(path)
    var contents = SparseBytes(byteCount: UInt64(bytes.count))
    contents.write(bytes, at: 0)
    return contents
  }

  /// What both kinds of image hold afterwards: four blocks, one of them freed and used again.
  @Sendable private static func work(_ disk: VHDXDisk) async throws {
    try await disk.write(DiskFixture.bytes(1, 3 << 20), at: 512 << 10, isFUA: false)
    try await disk.flush()
    try await disk.writeZeroes(DiskFixture.range(1 << 20, 1 << 20), isFUA: true)
    try await disk.discard(DiskFixture.range(2 << 20, 4096))
    try await disk.write(DiskFixture.bytes(2), at: 6 << 20, isFUA: true)
    try await disk.write(DiskFixture.bytes(3, 512), at: (8 << 20) - 512, isFUA: true)
  }

  /// The virtual disk that ``work(_:)`` leaves, where discards zero.
  private static var expected: [UInt8] {
    var disk = [UInt8](repeating: 0, count: 8 << 20)
    func fill(_ byte: UInt8, _ start: Int, _ byteCount: Int) {
      disk.replaceSubrange(
        start..<start + byteCount, with: repeatElement(byte, count: byteCount))
    }
    fill(1, 512 << 10, 3 << 20)
    fill(0, 1 << 20, 1 << 20)
    fill(0, 2 << 20, 4096)
    fill(2, 6 << 20, 4096)
    fill(3, (8 << 20) - 512, 512)
    return disk
  }

  @Test(arguments: [false, true])
  func qemuReadsWhatTheDiskWrote(isFixed: Bool) throws {
    let folder = try TemporaryFolder()
    let image = folder.path("disk.vhdx")
    let raw = folder.path("disk.raw")
    let contents = try DiskFixture.run(
      on: DiskFixture.contents(DiskFixture.layout(isFixed: isFixed))
    ) { disk in
      try await Self.work(disk)
      try await disk.close()
    }
    try Self.save(contents, to: image)
    try Peer.qemuImage.run(["check", "-q", "-f", "vhdx", image])
    try Peer.qemuImage.run(["convert", "-q", "-f", "vhdx", "-O", "raw", image, raw])
    #expect(try InputFile.bytes(raw) == Self.expected)
  }

  @Test func qemuReplaysTheLogThatTheDiskLeft() throws {
    let folder = try TemporaryFolder()
    let image = folder.path("disk.vhdx")
    let raw = folder.path("disk.raw")
    let contents = try DiskFixture.run(
      on: DiskFixture.contents(DiskFixture.layout()), body: Self.work)
    try Self.save(contents, to: image)
    #expect(try Peer.qemuImage.attempt(["check", "-f", "vhdx", image]).status != .exited(0))
    try Peer.qemuImage.run(["check", "-q", "-r", "all", "-f", "vhdx", image])
    try Peer.qemuImage.run(["convert", "-q", "-f", "vhdx", "-O", "raw", image, raw])
    #expect(try InputFile.bytes(raw) == Self.expected)
  }

  @Test(arguments: [VHDXDisk.Habits.exact, .qemu])
  func theDiskAndQEMUTakeTurns(habits: VHDXDisk.Habits) throws {
    let folder = try TemporaryFolder()
    let image = folder.path("disk.vhdx")
    let options = VHDXDisk.Options(habits: habits, identity: 9)
    let first = try DiskFixture.run(on: DiskFixture.contents(DiskFixture.layout()), options) {
      disk in
      try await disk.write(DiskFixture.bytes(1), at: 4096, isFUA: false)
      try await disk.close()
    }
    try Self.save(first, to: image)
    try Peer.qemuIO.run([
      "-f", "vhdx", image, "-c", "read -P 1 4096 4k", "-c", "write -P 2 3M 4k",
      "-c", "write -P 3 8192 4k", "-c", "flush",
    ])
    let second = try DiskFixture.run(
      on: Self.load(image), VHDXDisk.Options(habits: habits, identity: 10)
    ) { disk in
      #expect(
        try await disk.read(DiskFixture.range(4096, 8192))
          == DiskFixture.bytes(1) + DiskFixture.bytes(3))
      #expect(try await disk.read(DiskFixture.range(3 << 20, 4096)) == DiskFixture.bytes(2))
      try await disk.write(DiskFixture.bytes(4), at: 5 << 20, isFUA: false)
      try await disk.close()
    }
    try Self.save(second, to: image)
    try Peer.qemuImage.run(["check", "-q", "-f", "vhdx", image])
    let output = try Peer.qemuIO.run([
      "-f", "vhdx", image, "-c", "read -P 4 5M 4k", "-c", "read -P 2 3M 4k",
    ])
    #expect(!output.contains("verification failed"))
  }

  // MARK: The order of the real program

  private struct LoggedWrite: Equatable {
    var byteOffset: UInt64
    var bytes: [UInt8]
  }

  /// Every write and flush (as `nil`) that QEMU makes on the image, as its own driver logs them.
  private static func recordQEMU(_ commands: [String], on image: String) throws -> [LoggedWrite?] {
    let log = "\(image).log"
    try shell(": > '\(log)'")
    let options =
      "driver=vhdx,file.driver=blklogwrites,file.file.driver=file,"
      + "file.file.filename=\(image),file.log.driver=file,file.log.filename=\(log)"
    try Peer.qemuIO.run(
      ["-t", "writeback"] + commands.flatMap { ["-c", $0] } + ["--image-opts", options])
    let index = try WriteLogIndex(reading: ByteRegion(InputFile.bytes(log)))
    return (0..<index.entryCount).map { (place: Int) -> LoggedWrite? in
      let entry = index[place]
      if entry.kind == .flush { return nil }
      return LoggedWrite(
        byteOffset: entry.deviceRange.byteOffset,
        bytes: index.region.bytes(in: entry.payloadRange))
    }
  }

  /// The same of the disk with QEMU's habits.
  private static func recordOurs(
    on contents: SparseBytes, _ body: @escaping @Sendable (VHDXDisk) async throws -> Void
  ) throws -> [LoggedWrite?] {
    let options = VHDXDisk.Options(
      bugs: Profile.qemuImage7222.bugs, habits: .qemu, recovery: .qemu7222, identity: 3)
    return try DiskFixture.trace(on: contents, options, body).filter {
      $0.action == .write || $0.action == .flush
    }.map {
      $0.action == .flush ? nil : LoggedWrite(byteOffset: $0.range.byteOffset, bytes: $0.bytes)
    }
  }

  /// Without the fields that are drawn at random, and the checksums over them.
  private static func masked(_ write: LoggedWrite?) -> LoggedWrite? {
    guard var write else { return nil }
    let masks: [Range<Int>]
    switch write.bytes.prefix(4) {
    case Array("head".utf8)[...]: masks = [4..<8, 16..<64]
    // Behind the one descriptor QEMU leaves whatever its memory held.
    case Array("loge".utf8)[...]: masks = [4..<8, 32..<48, 96..<4096]
    default: masks = []
    }
    for mask in masks {
      write.bytes.replaceSubrange(mask, with: repeatElement(0, count: mask.count))
    }
    return write
  }

  @Test func qemuHabitsWriteWhatQEMUWritesByteForByte() throws {
    let folder = try TemporaryFolder()
    let image = folder.path("disk.vhdx")
    let contents = DiskFixture.contents(try DiskFixture.layout())
    try Self.save(contents, to: image)
    let theirs = try Self.recordQEMU(
      [
        "write -P 1 0 4k", "write -P 2 5M 4k", "write -P 3 8k 4k", "flush", "write -P 4 2M 4k",
      ], on: image)
    let ours = try Self.recordOurs(on: contents) { disk in
      try await disk.write(DiskFixture.bytes(1), at: 0, isFUA: false)
      try await disk.write(DiskFixture.bytes(2), at: 5 << 20, isFUA: false)
      try await disk.write(DiskFixture.bytes(3), at: 8 << 10, isFUA: false)
      try await disk.flush()
      try await disk.write(DiskFixture.bytes(4), at: 2 << 20, isFUA: false)
    }
    // QEMU's block layer passes no flush on when nothing was written since the last one, so neither
    // does its close add one here.
    try #require(theirs.count == ours.count)
    for (place, pair) in zip(theirs, ours).enumerated() {
      let (their, our) = (Self.masked(pair.0), Self.masked(pair.1))
      #expect(
        their?.byteOffset == our?.byteOffset, "operation \(place)")
      // QEMU writes a header's 80 bytes of fields and leaves the rest of its sector as it was.
      let byteCount = min(their?.bytes.count ?? 0, our?.bytes.count ?? 0)
      let differing = (0..<byteCount).filter { their?.bytes[$0] != our?.bytes[$0] }
      #expect(differing == [], "operation \(place)")
    }
  }
}
