import Bytes
import Glibc
import Host
import TestSupport
import Testing

@Suite struct MappingFaultsTests {
  /// The signal of a file that is cut short under its mapping is a sentence that names it.
  @Test func aMappedFileThatIsCutShortIsNamed() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(2), observing: [\.standardErrorContent]
    ) {
      let folder = try TemporaryFolder()
      let path = folder.path("disk.img")
      try OutputFile.write([UInt8](repeating: 7, count: 1 << 20), to: path)
      Interrupts.install()
      let region = try MappedFile.map(path)
      _ = unsafe truncate(path, 4096)
      let sum = region.bytes(in: 524_288..<524_290).reduce(0) { $0 + Int($1) }
      exit(sum == 14 ? 9 : 8)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("disk.img': byte 524288 is not there any more"))
    #expect(text.contains("had at least 1048576 bytes"))
  }
}
