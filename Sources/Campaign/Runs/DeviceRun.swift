import Bytes
import Checking
import CrashStates
import Scheduling
import Workload

/// A run of a client's operations on one device or file that was carried out, of a simulated stack or of a real
/// program, and what is asked of it.
package protocol DeviceRun: Sendable {
  var record: RunRecord { get }

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

extension DeviceRun {
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

extension DeviceRun {
  package var configuration: RunConfiguration { record.configuration }
  package var seed: Seed { record.seed }
  package var workload: Workload { record.workload }
  package var client: ClientHistory { record.client }
  package var stall: RunStall? { record.stall }
  package var schedule: Schedule { record.steps.schedule }
  package var order: TaskOrder { record.steps.order }
  package var stepCount: Int { record.steps.count }
  package var stepsOfOperation: [UInt64: Range<Int>] { record.steps.ofOperation }
  package var replayDivergence: ReplayStrategy.Divergence? { record.steps.replayDivergence }
  package var initialContents: SparseBytes { record.initialContents }
  package var liveContents: SparseBytes { record.liveContents }
  package var logBytes: [UInt8] { record.logBytes }
}

extension Judgement {
  /// What is said of a run whose log cannot be read.
  package init(ofUnreadableLog error: FormatError) {
    self.init()
    violations = [Violation(by: .logReading, .l01, error.finding, evidence: [error.hint])]
    judgedRules = [.l01]
  }
}
