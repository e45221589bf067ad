import Stacks
import Testing
import VHDX

/// What `--stack` takes.
struct StackNameTests {
  @Test func everyNameReadsAsItself() throws {
    #expect(
      StackName.allNames == [
        "raw:exact", "raw:qemu-7.2.0", "raw:qemu-7.2.22",
        "vhdx:exact", "vhdx:qemu-7.2.0", "vhdx:qemu-7.2.22",
        "program:qemu-io-raw", "program:qemu-io-vhdx", "program:qemu-io-qcow2",
        "program:nbd-raw", "program:nbd-vhdx", "program:nbd-qcow2",
        "program:nbd-raw-multi", "program:nbd-vhdx-multi", "program:nbd-qcow2-multi",
        "program:python-raw",
        "program:sqlite3-wal-full", "program:sqlite3-wal-normal", "program:sqlite3-delete-extra",
        "program:sqlite3-delete-full", "program:sqlite3-off",
      ])
    #expect(StackName.scenarioNames == StackName.allNames + ["program:custom"])
    for name in StackName.scenarioNames {
      #expect(try #require(StackName(name)).description == name)
    }
  }

  @Test(arguments: [
    "", "raw", "raw:", ":exact", "raw:exact:", "opaque:exact", "qcow2:exact", "qcow2:qemu",
    "database:exact", "program", "program:",
    "program:qemu-io", "program:qemu-io-raw:", "program:exact", "qemu-io-raw:exact", "RAW:exact",
  ])
  func otherNamesAreNone(name: String) {
    #expect(StackName(name) == nil)
  }

  @Test func programsAreJudgedByWhatTheyWrite() throws {
    let raw = try #require(StackName("program:qemu-io-raw"))
    let vhdx = try #require(StackName("program:qemu-io-vhdx"))
    let qcow2 = try #require(StackName("program:qemu-io-qcow2"))
    #expect([raw, vhdx, qcow2].map(\.image) == [.raw, .vhdx, .qcow2])
    #expect([raw, vhdx, qcow2].map(\.image.isOpaque) == [false, false, true])
    #expect(try #require(StackName("program:sqlite3-off")).image == .files)
    #expect(
      [raw, vhdx, qcow2].map { $0.program?.name }
        == ["qemu-io-raw", "qemu-io-vhdx", "qemu-io-qcow2"])
    #expect(vhdx.profile.recovery == .qemu7222)
    #expect(vhdx.profile.name == "qemu-7.2.22")
    // No bug that could be switched on.
    #expect(raw.profile.bugs.isEmpty && qcow2.profile.bugs.isEmpty)
    #expect(raw != StackName(image: .raw, profile: raw.profile))
    #expect(try #require(StackName("raw:exact")).program == nil)
  }
}
