import Bytes
import Campaign
import Reporting
import VHDX

/// What `recover --format json` says: the facts of ``RecoverDescription`` for a program.
///
/// Each key is always there, `null` where there is nothing to say; keys are sorted; counts are numbers,
/// places and sequence numbers hexadecimal strings.
struct RecoverDocument: Encodable {
  static let schemaVersion = 2

  private let schemaVersion = Self.schemaVersion
  private let version = ToolVersion.text
  private let command = "recover"
  private let subject: String
  private let profile: String
  private let bugs: [String]
  private let isDryRun: Bool
  private let outputPath: Nullable<String>
  private let outcome: String
  private let reasons: [String]
  private let passed: Bool
  /// `nothing-to-do`, `recovered`, `opened-without-replay` or `refused`; `null` where it could not be read or
  /// written.
  private let recovery: Nullable<String>
  /// `nothing`, `image` or `copy`.
  private let written: String
  private let refusal: Nullable<Refusal>
  /// What is broken by the specification, whether it stops the opening or not.
  private let problems: [Refusal]
  /// What each way of opening says, of a program that has several; empty for others.
  private let openings: [Opening]
  private let headers: [ImageDocument.Header]
  private let currentHeader: Nullable<String>
  private let runs: [ImageDocument.Run]
  private let replay: Nullable<Replay>
  private let fileByteCountBefore: Nullable<UInt64>
  private let fileByteCountAfter: Nullable<UInt64>

  init(_ result: RecoverResult) {
    subject = result.path
    profile = result.profile.name
    bugs = result.profile.bugs.sorted().map(\.rawValue)
    isDryRun = result.isDryRun
    outputPath = Nullable(result.outputPath)
    written = result.written.rawValue
    let outcome = result.outcome
    self.outcome = outcome.kind.rawValue
    reasons = outcome.reasons
    passed = outcome.isPassed
    let plan = try? result.found?.get()
    recovery = Nullable(plan.map { Self.word($0.verdict) })
    var found: RecoverRefusal?
    if case .refused(let refusal) = plan?.verdict { found = refusal }
    refusal = Nullable(found.map(Refusal.init))
    problems = (plan?.problems ?? []).map(Refusal.init)
    openings = (plan?.openings ?? []).map { opening in
      Opening(
        by: opening.by, opens: opening.error == nil,
        refusal: Nullable(opening.error.map { Refusal(RecoverRefusal($0)) }))
    }
    headers = plan.map { ImageDocument.headers($0.headers) } ?? []
    currentHeader = Nullable(plan?.current?.slot.name)
    runs = plan?.search?.runs.map { ImageDocument.Run($0) } ?? []
    replay = Nullable(plan.flatMap { Replay($0) })
    fileByteCountBefore = Nullable(plan?.fileByteCountBefore)
    fileByteCountAfter = Nullable(plan?.fileByteCountAfter)
  }

  private static func word(_ verdict: RecoverPlan.Verdict) -> String {
    switch verdict {
    case .nothingToDo: "nothing-to-do"
    case .openedWithoutReplay: "opened-without-replay"
    case .recovers: "recovered"
    case .refused: "refused"
    }
  }

  func text() throws -> String { try JSONText.document(self) }

  struct Opening: Encodable {
    let by: String
    let opens: Bool
    let refusal: Nullable<Refusal>
  }

  struct Refusal: Encodable {
    let rule: Nullable<String>
    let severity: Nullable<String>
    let field: String
    let byteOffset: Nullable<String>
    let expected: String
    let found: String
    let hint: String

    init(_ refusal: RecoverRefusal) {
      rule = Nullable(refusal.rule?.rawValue)
      severity = Nullable(refusal.rule?.severity.rawValue)
      field = refusal.field
      byteOffset = Nullable(refusal.byteOffset?.hex)
      expected = refusal.expected
      found = refusal.found
      hint = refusal.hint
    }
  }

  private struct Replay: Encodable {
    let entryCount: Int
    let descriptorCount: UInt64
    let tailSequenceNumber: String
    let headSequenceNumber: String
    let dataWriteCount: Int
    let dataByteCount: UInt64
    let zeroRangeCount: Int
    let zeroByteCount: UInt64
    let headerWriteCount: Int
    let flushCount: Int

    init?(_ plan: RecoverPlan) {
      guard case .recovered(let summary) = plan.outcome else { return nil }
      let totals = RecoverTotals(plan.overlay.changes)
      entryCount = summary.replayedEntryCount
      descriptorCount = summary.replayedDescriptorCount
      tailSequenceNumber = summary.tailSequenceNumber.hex
      headSequenceNumber = summary.headSequenceNumber.hex
      dataWriteCount = totals.dataCount
      dataByteCount = totals.dataByteCount
      zeroRangeCount = totals.zeroCount
      zeroByteCount = totals.zeroByteCount
      headerWriteCount = totals.headerWriteCount
      flushCount = totals.flushCount
    }
  }
}
