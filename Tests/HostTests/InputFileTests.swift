import Host
import TestSupport
import Testing

@Suite struct InputFileTests {
  @Test func allBytesAreRead() throws {
    let folder = try TemporaryFolder()
    try shell("seq 1 100000 > \(folder.path("file"))")
    let expected = (1...100_000).map { "\($0)\n" }.joined()
    #expect(try InputFile.text(folder.path("file")) == expected)
  }

  @Test func moreThanAllowedIsRefused() {
    let error = #expect(throws: HostError.self) {
      try InputFile.bytes("/dev/zero", maximumByteCount: 1000)
    }
    #expect(error?.found == "it has more than 1000 bytes")
  }

  @Test func foldersAndMissingFilesAreRefused() {
    #expect(throws: HostError.self) { try InputFile.bytes("/tmp") }
    #expect(throws: HostError.self) { try InputFile.bytes("/no/such/file") }
  }
}
