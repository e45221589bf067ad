import Bytes
import Testing

@testable import Host

@Suite struct LentFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file of three pages of 1, 2 and 3, of which the second is kept, as 9.
  private func make() throws -> String {
    let pages = (1...3).flatMap { [UInt8](repeating: $0, count: 4096) }
    try OutputFile.write(pages, to: folder.path("file"))
    var kept = [UInt8](repeating: 0, count: 4096)
    kept += [UInt8](repeating: 9, count: 4096)
    try OutputFile.write(kept, to: folder.path("base.kept"))
    let path = FilePath(folder.path("file"))
    let list = LentFile(
      path, try LentFile.Identity(of: path), byteCount: 3 * 4096,
      kept: [ByteRange(byteOffset: 4096, byteCount: 4096)])
    try OutputFile.write(list.text, to: folder.path("base.lent"))
    return folder.path("base.lent")
  }

  @Test func whatIsKeptStandsOverTheFile() throws {
    let region = try MappedFile.map(make())
    #expect(region.byteCount == 3 * 4096)
    #expect(
      [0, 4095, 4096, 8191, 8192].map { region.load(at: $0, as: UInt8.self) } == [1, 1, 9, 9, 3])
  }

  @Test func aFileThatWasChangedIsRefused() throws {
    let list = try make()
    try OutputFile.write([1, 2, 3], to: folder.path("file"))
    let error = #expect(throws: HostError.self) { try MappedFile.map(list) }
    #expect(error?.description.contains("has been changed since") == true)
  }

  @Test func aFileThatIsGoneIsRefused() throws {
    let list = try make()
    Folders.remove(folder.path("file"))
    let error = #expect(throws: HostError.self) { try MappedFile.map(list) }
    #expect(error?.description.contains("is not there any more") == true)
  }

  @Test(arguments: [
    "", "powercut-lent 2\n", "powercut-lent 1\nfile 1 2 3 4.5 6.7 /a\n",
    "powercut-lent 1\nfile 1 2 8192 4.5 6.7 /a\nbytes 4096\nkept 1 4095\n",
    "powercut-lent 1\nfile 1 2 8192 4.5 6.7 /a\nbytes 8192\nkept 4096 4096\nkept 0 4096\n",
    "powercut-lent 1\nfile 1 2 8192 4.5 6.7 /a\nbytes 8192\nkept 4096 8192\n",
    "powercut-lent 1\nfile 1 2 4096 4.5 6.7 /a\nbytes 8192\nkept 0 4096\n",
  ])
  func aDamagedListIsRefused(text: String) {
    #expect(throws: HostError.self) { try LentFile(parsing: text, at: "list") }
  }
}
