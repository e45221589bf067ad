import Glibc
import Host
import Testing

@Suite struct StandardStreamsTests {
  @Test func aFullDiskIsAnError() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let full = unsafe open("/dev/full", O_WRONLY)
      dup2(full, 1)
      do throws(HostError) {
        try StandardStreams.writeResult("report\n")
        exit(8)
      } catch {
        exit(error.errorNumber == ENOSPC && error.subject == "standard output" ? 7 : 9)
      }
    }
  }

  @Test func aReaderThatHasGoneIsAnErrorAndNoSignal() async {
    await #expect(processExitsWith: .exitCode(7)) {
      var ends: [Int32] = [-1, -1]
      unsafe pipe(&ends)
      dup2(ends[1], 1)
      close(ends[0])
      close(ends[1])
      do throws(HostError) {
        try StandardStreams.writeResult("report\n")
        exit(8)
      } catch {
        exit(error.errorNumber == EPIPE ? 7 : 9)
      }
    }
  }

  @Test func aLongTextIsWrittenInFull() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(7), observing: [\.standardOutputContent]
    ) {
      try StandardStreams.writeResult(String(repeating: "0123456789", count: 50_000) + "end")
      exit(7)
    }
    let output = try #require(result?.standardOutputContent)
    let text = String(decoding: output, as: UTF8.self)
    #expect(text.contains(String(repeating: "0123456789", count: 50_000) + "end"))
  }
}
