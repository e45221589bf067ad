import Bytes
import Checking
import CrashStates
import Rules
import VHDX
import Workload
import WriteLog

/// What a judge of traces cannot know by itself.
package struct ImageTraceOptions: Sendable {
  /// Whether the write log tells every change of the file's length; `nil`: it does where it has a
  /// size mark or extensions. Only then is FlushedFileOffset judged (rule E12), for a file that
  /// grows unseen is longer than the log says.
  package var tellsLengths: Bool?

  package init(tellsLengths: Bool? = nil) {
    self.tellsLengths = tellsLengths
  }
}

/// Judges the order in which a VHDX image was written, from the write log below it: rules H02, H10
/// to H17, G09, M13, B09, B10, E01 to E12, S01, S02, S05 to S08, R08 and R10.
///
/// **What counts as proof.** An entry of the write log stands there when it was completed. A FLUSH
/// makes everything in front of it stable, FUA the entry itself. "Before" needs a FLUSH in between:
/// of two writes without one a power cut can keep the later and lose the earlier.
///
/// **Sessions** end with a client's `close`, whatever it was answered. Without a history the log is one session,
/// unless FileWriteGuid changes a second time, which a session does only once.
///
/// One pass; payload is neither read nor kept. Work is bounded in proportion to the log
/// (``Report/isCutShort``).
package struct ImageTraceJudge {
  package struct Report: Sendable {
    /// Causes before consequences; the first of each rule, with how often it repeats.
    package var violations: [Violation] = []
    /// The log asked for more work than a real one does, and its end was not judged.
    package var isCutShort = false
    /// Why nothing was judged: the base is no image.
    package var refusal: FormatError?
  }

  /// The rules that a trace can break.
  package static let rules: [Rule] = [
    .h02, .h10, .h11, .h12, .h13, .h14, .h15, .h16, .h17, .h18, .g09, .m13, .b09, .b10, .b11, .e01,
    .e02, .e03, .e04, .e05, .e06, .e07, .e08, .e09, .e10, .e11, .e12, .s01, .s02, .s05, .s06,
    .s07, .s08, .r08, .r10,
  ]

  private let index: WriteLogIndex
  private let base: any ImageFile
  private let client: ClientHistory?
  private let options: ImageTraceOptions

  /// - Parameter base: the image before the first entry of the log.
  package init(
    index: WriteLogIndex, base: any ImageFile, client: ClientHistory?,
    options: ImageTraceOptions = .init()
  ) {
    self.index = index
    self.base = base
    self.client = client
    self.options = options
  }

  /// The first violation of each rule; none where the base is no image.
  package func judge() -> [Violation] { report().violations }

  package func report() -> Report {
    let times = ClientTimes(client)
    let model: TraceModel
    do throws(FormatError) {
      model = try TraceModel(
        index: index, base: base, sessionStarts: client == nil ? nil : times.closes)
    } catch {
      return Report(refusal: error)
    }
    var found = ViolationList()
    var sessions = SessionRules(client: times)
    var headers = HeaderUpdateRules(client: times)
    var names = LogNameRules()
    var homes = HomeWriteRules()
    var entries = WrittenEntryRules(tellsLengths: tellsLengths, client: times)
    model.run { event, stamp in
      sessions.see(event, at: stamp, in: model, &found)
      headers.see(event, at: stamp, in: model, &found)
      names.see(event, at: stamp, in: model, &found)
      homes.see(event, at: stamp, in: model, &found)
      entries.see(event, at: stamp, in: model, &found)
    }
    sessions.end(&found)
    headers.end(&found)
    return Report(violations: found.sorted, isCutShort: model.budget.isExhausted)
  }

  private var tellsLengths: Bool {
    if let told = options.tellsLengths { return told }
    if index.logIdentity != nil { return true }
    return (0..<index.entryCount).contains {
      let entry = index.entryWithoutExtension(at: $0)
      return entry.kind == .mark && index.text(of: entry).hasPrefix("pc1 size ")
    }
  }
}

extension RegisteredJudge {
  static let orderOfWrites = RegisteredJudge(ImageTraceJudge.rules) { recording in
    let evidence = recording.evidence
    let report = ImageTraceJudge(
      index: evidence.index, base: StateImage(evidence.history, CrashState(cut: 0)),
      client: evidence.arePromisesImplied ? nil : evidence.client
    ).report()
    // Of a log that asks for more work than real ones do, only what was found counts.
    let isJudged = report.refusal == nil && !report.isCutShort
    return JudgeReport(
      report.violations,
      missing: isJudged
        ? [:]
        : JudgeReport.lacking(
          "the order of writes could not be judged to its end, or the base is no image",
          for: ImageTraceJudge.rules
        ).missing)
  }
}
