import CrashStates
import Testing

@testable import Checking

/// Sessions that open what the one before left.
@Suite struct SessionOpeningJudgeTests {
  private func session(diskOpeningError: String?) -> Traces.Session {
    var session = Traces.Session(firstLogOperation: 0)
    session.entryCount = 7
    session.diskOpeningError = diskOpeningError
    return session
  }

  @Test func aDiskThatIsRefusedWithNothingWrongBelowBreaksD09() {
    let sessions = [session(diskOpeningError: nil), session(diskOpeningError: "no header")]
    let violations = SessionOpeningJudge(sessions: sessions).judge()
    #expect(violations.map(\.rule) == [.d09])
    #expect(violations.first?.evidence == ["no header"])
    #expect(violations.first?.state == CrashState(cut: 7))
    #expect(violations.first?.title.contains("session 1") == true)
  }

  @Test func sessionsThatOpenBreakNothing() {
    let sessions = [session(diskOpeningError: nil), session(diskOpeningError: nil)]
    #expect(SessionOpeningJudge(sessions: sessions).judge().isEmpty)
  }
}
