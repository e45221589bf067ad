import Bytes
import Checking
import CrashStates
import Scheduling
import Workload

/// A run that was carried out, of a simulated stack or of a real program, and all that is asked of it.
package protocol CompletedRun: Sendable {
  var configuration: RunConfiguration { get }
  var seed: Seed { get }
  var workload: Workload { get }
  /// What was submitted and what was acknowledged, at which point of the log.
  var client: ClientHistory { get }
  /// Why the run ended before its workload did; `nil` where it did not.
  var stall: RunStall? { get }

  /// The choices that the run made.
  var schedule: Schedule { get }
  /// The task of each step: an operation that was let go.
  var order: TaskOrder { get }
  var stepCount: Int { get }
  /// By operation of the client, which of its task's steps it took.
  var stepsOfOperation: [UInt64: Range<Int>] { get }
  /// Where the run differs from the choices that it was given; `nil` where it was given none.
  var replayDivergence: ReplayStrategy.Divergence? { get }
  /// The client operation behind each operation that ``DeviceFaults/errors`` counts, in their order;
  /// `nil` for one that has none.
  var clientsOfFaultableOperations: [UInt64?] { get }
  /// The same for ``RunConfiguration/failingLogOperations``.
  var clientsOfFaultableLogOperations: [UInt64?] { get }

  /// The device or file before the first operation.
  var initialContents: SparseBytes { get }
  /// The device or file as the run left it.
  var liveContents: SparseBytes { get }
  /// The write log as the run left it.
  var logBytes: [UInt8] { get }
  /// What is kept of the run in a finding's folder, but for the manifest.
  var recordedFiles: [RecordedRunFile] { get }

  /// Everything that is known of the run.
  ///
  /// - Throws: ``FormatError`` where its log cannot be read.
  func evidence() throws(FormatError) -> Evidence

  /// What the rules say of the run.
  func judgement(tiers: [Tier]) -> Judgement

  /// Everything that happened, sorted by event and task.
  ///
  /// - Parameter cut: after how many entries the power fails in the state that is shown, which is an event
  ///   of its own: ``Timeline/Event/powerCut(entryCount:at:)``.
  func timelineEvents(cut: Int?) -> [Timeline.Event]
}

extension CompletedRun {
  package var clientsOfFaultableOperations: [UInt64?] { [] }
  package var clientsOfFaultableLogOperations: [UInt64?] { [] }

  /// The evidence, judged by every rule that it allows.
  package func judgement(tiers: [Tier]) -> Judgement {
    if let stall, !stall.isJudged { return Judgement() }
    do {
      return Judge(Judge.Options(tiers: tiers, seed: seed.rawValue)).judge(try evidence())
    } catch {
      return Judgement(ofUnreadableLog: error)
    }
  }
}

extension Judgement {
  /// What is said of a run whose log cannot be read.
  package init(ofUnreadableLog error: FormatError) {
    self.init()
    violations = [Violation(by: .logReading, .l01, error.finding, evidence: [error.hint])]
    judgedRules = [.l01]
  }
}
