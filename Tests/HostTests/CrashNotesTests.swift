import Host
import Testing

@Suite struct CrashNotesTests {
  @Test func aProcessThatDiesNamesTheSeedsThatItWasRunning() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      CrashNotes.install()
      CrashNotes.noting(seed: 4) {}
      CrashNotes.noting(seed: 1_234_567_890_123) {
        CrashNotes.noting(seed: 0) { preconditionFailure("planted") }
      }
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("seed 1234567890123 "))
    #expect(text.contains("seed 0 "))
    #expect(!text.contains("seed 4 "))
  }
}
