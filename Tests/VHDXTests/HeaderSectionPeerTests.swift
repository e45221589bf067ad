import Bytes
import Host
import TestSupport
import Testing
import VHDX

/// Which damaged header sections the real qemu-img opens, and that our reading of them under QEMU's
/// options is the same. The specification's reading stands beside it.
@Suite(.serialized) struct HeaderSectionPeerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var patches: [(bytes: [UInt8], byteOffset: UInt64)]
    var qemuOpens: Bool
    var strictOpens: Bool
  }

  private static func table(_ patch: [UInt8], at byteOffset: Int) -> [UInt8] {
    QEMUImage.sealed(QEMUImage.regionTable, patching: patch, at: byteOffset)
  }

  private static func second(_ patch: [UInt8], at byteOffset: Int) -> [UInt8] {
    QEMUImage.sealed(QEMUHeader.second, patching: patch, at: byteOffset)
  }

  /// Sequence number and checksum of the first header in a second one with other GUIDs.
  private static let otherSecond = QEMUImage.sealed(QEMUHeader.first, patching: [9], at: 16)

  static let cases: [Case] = [
    Case(testDescription: "untouched", patches: [], qemuOpens: true, strictOpens: true),
    Case(
      testDescription: "first header torn", patches: [([1], 65537)], qemuOpens: true,
      strictOpens: true),
    Case(
      testDescription: "second header torn", patches: [([1], 131073)], qemuOpens: true,
      strictOpens: true),
    Case(
      testDescription: "both headers torn", patches: [([1], 65537), ([1], 131073)],
      qemuOpens: false, strictOpens: false),
    Case(
      testDescription: "identical headers", patches: [(QEMUHeader.first, 131072)],
      qemuOpens: true, strictOpens: false),
    Case(
      testDescription: "equal sequence numbers, other GUIDs", patches: [(otherSecond, 131072)],
      qemuOpens: false, strictOpens: false),
    Case(
      testDescription: "current header of version 2", patches: [(second([2], at: 66), 131072)],
      qemuOpens: true, strictOpens: false),
    Case(
      testDescription: "log outside of the file",
      patches: [(second([0, 0, 0, 4], at: 72), 131072)], qemuOpens: true, strictOpens: false),
    Case(
      testDescription: "first region table damaged", patches: [([1], 196609)], qemuOpens: false,
      strictOpens: true),
    Case(
      testDescription: "second region table damaged", patches: [([1], 262145)], qemuOpens: true,
      strictOpens: true),
    Case(
      testDescription: "second region table another one",
      patches: [(table([0x40], at: 66), 262144)], qemuOpens: true, strictOpens: false),
    Case(
      testDescription: "block table on the log",
      patches: [(table([0x10], at: 34), 196608), (table([0x10], at: 34), 262144)],
      qemuOpens: false, strictOpens: false),
  ]

  @Test(arguments: cases)
  func qemuAndWeOpenTheSame(example: Case) throws {
    let contents = QEMUImage.file
    for patch in example.patches { contents.write(patch.bytes, at: patch.byteOffset) }
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    let file = try SparseImageFile(path, byteCount: contents.byteCount)
    try file.write(
      contents.read(ByteRange(byteOffset: 0, byteCount: contents.byteCount)), at: 0)
    try file.finish()
    let outcome = try Peer.qemuImage.attempt(["info", path])
    #expect(outcome.status == .exited(example.qemuOpens ? 0 : 1), "\(outcome.errorText)")
    #expect(Self.opens(contents, .qemu) == example.qemuOpens)
    #expect(Self.opens(contents, .strict) == example.strictOpens)
  }

  private static func opens(_ file: MemoryImage, _ options: ImageReadingOptions) -> Bool {
    do throws(FormatError) {
      _ = try VHDXImage(reading: file, options: options)
      return true
    } catch {
      return false
    }
  }
}
