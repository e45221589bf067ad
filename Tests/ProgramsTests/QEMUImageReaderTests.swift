import Bytes
import CrashStates
import Host
import TestSupport
import Testing
import WriteLog

@testable import Checking
@testable import Programs

/// qcow2 images that the real tools have made, looked at as crash states.
@Suite struct QEMUImageReaderTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// An image with 64 KiB of 7 at its beginning.
  private func image() throws -> [UInt8] {
    let path = folder.path("disk.qcow2")
    try Peer.qemuImage.run(["create", "-q", "-f", "qcow2", path, "1M"])
    try Peer.qemuIO.run(["-f", "qcow2", "-c", "write -P 7 0 64k", path])
    return try InputFile.bytes(path)
  }

  private func read(
    _ bytes: [UInt8], program: String = "qemu-img", timeLimit: Duration = .seconds(30)
  ) throws -> OpaqueAnswer {
    var log: [UInt8] = []
    let writer = LogWriter<Never>(sectorByteCount: 512, logIdentity: 1) { (piece, byteOffset) in
      let end = Int(byteOffset) + piece.count
      if log.count < end { log += [UInt8](repeating: 0, count: end - log.count) }
      log.replaceSubrange(Int(byteOffset)..<end, with: piece)
    }
    writer.finish()
    let history = try DiskHistory(
      index: try WriteLogIndex(reading: ByteRegion(log), options: LogReadingOptions()),
      base: ByteRegion(bytes), initialByteCount: UInt64(bytes.count))
    let reader = try QEMUImageReader(format: "qcow2", program: program, timeLimit: timeLimit)
    return reader.read(StateImage(history, CrashState(cut: 0)))
  }

  @Test func theVirtualDiskIsWhatQEMUReads() throws {
    guard case .opened(let disk) = try read(image()) else {
      Issue.record("it does not open")
      return
    }
    #expect(disk.byteCount == 1 << 20)
    #expect(
      disk.read(ByteRange(byteOffset: 0, byteCount: 64 << 10))
        == [UInt8](repeating: 7, count: 64 << 10))
    #expect(disk.unit(at: 128) == [UInt8](repeating: 0, count: 512))
  }

  @Test func aLeakIsNoDamage() throws {
    // The third cluster of a file of four has a reference and nobody who refers to it: the L1 table's only
    // entry, at byte 0x30000, is gone.
    var bytes = try image()
    bytes.replaceSubrange(0x30000..<0x30008, with: [UInt8](repeating: 0, count: 8))
    guard case .opened(let disk) = try read(bytes) else {
      Issue.record("it does not open")
      return
    }
    #expect(disk.unit(at: 0) == [UInt8](repeating: 0, count: 512))
  }

  @Test func aClusterWithoutAReferenceIsDamage() throws {
    // The refcount block stands in the third cluster; an entry is two bytes.
    var bytes = try image()
    bytes.replaceSubrange(0x20000..<0x20100, with: [UInt8](repeating: 0, count: 256))
    guard case .refused(let rule, let reason) = try read(bytes) else {
      Issue.record("it is taken for sound")
      return
    }
    #expect(rule == .x03)
    #expect(reason.contains("exited(2)"), "\(reason)")
  }

  @Test func whatIsNoImageDoesNotOpen() throws {
    guard case .refused(let rule, _) = try read([UInt8](repeating: 0x55, count: 65536)) else {
      Issue.record("it opens")
      return
    }
    #expect(rule == .d09)
  }

  // MARK: What says nothing of the state

  private func reasonForNoAnswer(_ answer: OpaqueAnswer) -> String? {
    guard case .unanswered(let reason) = answer else { return nil }
    return reason
  }

  @Test func aProgramThatIsNotThereIsNoVerdict() throws {
    let reason = try reasonForNoAnswer(read(image(), program: "no-such-qemu-img"))
    #expect(reason?.contains("cannot start 'no-such-qemu-img'") == true)
    #expect(reason?.contains("Install the program") == true)
  }

  /// An image over which the program never ends is lost to its owner.
  @Test func aProgramThatTakesTooLongRefuses() throws {
    let program = folder.path("slow")
    try OutputFile.write("#!/bin/sh\nsleep 60\n", to: program)
    try shell("chmod +x \(program)")
    let answer = try read(image(), program: program, timeLimit: .milliseconds(300))
    guard case .refused(let rule, let reason) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(rule == .d09)
    #expect(reason.contains("runs for more than 0.3 seconds"))
  }
}
