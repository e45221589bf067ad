import Campaign
import Checking
import CrashStates
import WriteLog

extension RunReport {
  /// Takes in what a recording was found to keep and to break.
  mutating func add(_ judgement: Judgement, reproduce: String) {
    counts.add(judgement)
    counts.runs = 0
    let rules = judgement.violations.map(\.rule)
    findings = judgement.violations.map { violation in
      Finding(
        recorded: violation, alsoBroken: rules.filter { $0 != violation.rule }.sorted(),
        reproduce: reproduce)
    }
    unjudgedRules = judgement.unjudgedRules
    for reason in [judgement.refusal.map { "\($0)" }, judgement.limit] {
      if let reason { addObstacle(reason) }
    }
  }

  /// What a recording lacks: what the program did unseen may be what a rule misses, while one that merely
  /// ends early is true up to its end.
  mutating func add(gapsOf source: RecordingSource, at path: String) {
    for gap in source.unseen { distrustFindings("the recording \(path) is incomplete: \(gap)") }
    for gap in source.missingEnd { addObstacle("the recording \(path) is incomplete: \(gap)") }
  }
}

extension WriteLogIndex {
  /// What is said of a log without an entry.
  var emptiness: String {
    switch tail {
    case .unproven where entryWithoutData != nil:
      "the log counts no entry, and of the first one after its count only the header is there"
    case .unproven(let entryCount):
      "the log counts no entry, and \(entryCount) entries stand after its count; --use-tail takes them"
    case .none, .used: "the log has no entry"
    }
  }
}

extension RecordedSubject {
  /// What this recording does not tell, a line each.
  var notes: [String] {
    var notes = index.shapeNotes + lengthNotes + contentNotes + promiseNotes
    notes.append(
      "the log is judged as it was left: what it counted too early (L04) or claimed durable too "
        + "early (L09) while it was written shows in a simulated run only")
    return notes + recording.options.origin(of: index).blindSpots
  }

  /// Where promises come from.
  var promiseNotes: [String] {
    if evidence.client == nil {
      return ["promises: none, for the log has no marks of what a client of the image was told"]
    }
    if !evidence.arePromisesImplied { return [] }
    return [
      "promises: implied by the log's own FLUSH and FUA entries, for it has no marks of a client"
    ]
  }

  /// As what the device is judged where nobody has said it.
  var contentNotes: [String] {
    if let unjudgedFormat {
      return [
        "contents: after the last entry the device holds a \(unjudgedFormat.title) image, of which nothing "
          + "was judged but its bytes: --as \(unjudgedFormat.name) judges its structures"
      ]
    }
    if !isRecognizedImage { return [] }
    return ["contents: a \(format.title) image, judged as one (--as raw judges its bytes alone)"]
  }

  /// What is odd about the tiers for this log, a line each.
  func notes(on tiers: [Tier]) -> [String] {
    tiers.compactMap { tier in
      guard case .torn(let unit?) = tier, unit < history.sectorByteCount else { return nil }
      return
        "\(tier): the log has sectors of \(history.sectorByteCount) bytes, which a device writes "
        + "whole; smaller units are torn because they were asked for"
    }
  }

  /// What a log does not say of the file's length looks like a broken image.
  private var lengthNotes: [String] {
    guard !format.isRaw, recording.options.origin(of: index) != .powercut,
      recording.options.imageSize == nil
    else { return [] }
    return [
      "length: this log does not tell when the file grew, so it is taken to grow by its writes only. "
        + "Where D09 or B05 is broken, give the length that the file came to have (--image-size)"
    ]
  }
}
