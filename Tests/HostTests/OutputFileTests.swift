import Glibc
import Host
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("report.json")
  }

  @Test func theNameAppearsAtTheEndOnly() throws {
    let file = try OutputFile(path)
    try file.write("first ")
    try file.write([UInt8](repeating: 0x2e, count: 1_000_000))
    try file.write(" last")
    #expect(!Folders.exists(path))
    try file.finish()
    #expect(
      try InputFile.text(path) == "first " + String(repeating: ".", count: 1_000_000) + " last")
    #expect(try Folders.names(in: folder.path) == ["report.json"])
  }

  @Test func withoutAnEndTheOldContentsStay() throws {
    try OutputFile.write("old", to: path)
    var file: OutputFile? = try OutputFile(path)
    try file?.write([UInt8](repeating: 0, count: 1_000_000))
    file = nil
    #expect(try InputFile.text(path) == "old")
    #expect(try Folders.names(in: folder.path) == ["report.json"])
  }

  @Test func aLinkStaysALinkAndItsFileIsReplaced() throws {
    try shell("cd \(folder.path); echo old > target; ln -s target report.json")
    try OutputFile.write("new", to: path)
    #expect(try InputFile.text(folder.path("target")) == "new")
    #expect(try shell("readlink \(path)") == "target\n")
  }

  @Test func aFolderIsRefusedAndMissingOnesAreNamed() {
    let isFolder = #expect(throws: HostError.self) { try OutputFile(folder.path) }
    #expect(isFolder?.errorNumber == EISDIR)
    let missing = #expect(throws: HostError.self) { try OutputFile("/no/such/report.json") }
    #expect(
      missing?.description
        == "cannot write '/no/such/report.json': No such file or directory (error 2). "
        + "Check the path.")
  }

  @Test func aDeviceIsWrittenToAndNotReplaced() throws {
    let error = #expect(throws: HostError.self) { try OutputFile.write("text", to: "/dev/full") }
    #expect(
      error?.description
        == "cannot write to '/dev/full': No space left on device (error 28). "
        + "Free some space, or write to another disk.")
    try OutputFile.write("text", to: "/dev/null")
    #expect(try shell("test -c /dev/full && test -c /dev/null && echo devices") == "devices\n")
  }

  @Test func atALimitOfTheFileSizeNothingIsLeft() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = folder.path("report.json")
      try OutputFile.write("old", to: path)
      Interrupts.install()
      var limit = rlimit(rlim_cur: 300_000, rlim_max: 300_000)
      try #require(unsafe setrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let error = #expect(throws: HostError.self) {
        try OutputFile.write([UInt8](repeating: 1, count: 1_000_000), to: path)
      }
      let names = try Folders.names(in: folder.path)
      let text = try InputFile.text(path)
      Folders.remove(folder.path)
      exit(error?.errorNumber == EFBIG && names == ["report.json"] && text == "old" ? 0 : 1)
    }
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
  func onAFullDiskNothingIsLeft() throws {
    let disk = try SmallDisk(byteCount: 64 << 10)
    let path = disk.path("report.json")
    try OutputFile.write("old", to: path)
    let error = #expect(throws: HostError.self) {
      try OutputFile.write([UInt8](repeating: 1, count: 1_000_000), to: path)
    }
    #expect(error?.errorNumber == ENOSPC)
    #expect(try InputFile.text(path) == "old")
    #expect(try Folders.names(in: disk.folder.path) == ["report.json"])
  }
}
