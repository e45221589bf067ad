import Bytes
import Campaign
import Checking
import CrashStates
import Workload
import WriteLog

extension ProgramRun {
  private var tools: QEMUTools? {
    configuration.stack.program.map {
      QEMUTools($0, executable: configuration.program?.executable)
    }
  }

  /// Of an image that only the program itself can read every state is a program's run, so that of each
  /// tier only its share of so many are looked at.
  private static let opaqueStateCount: UInt64 = 60

  func judgement(tiers: [Tier]) -> Judgement {
    if stall != nil { return Judgement() }
    var options = Judge.Options(tiers: tiers, seed: seed.rawValue)
    do {
      let evidence = try evidence()
      if evidence.isOpaque { options.maximumStateCount = Self.opaqueStateCount }
      var judgement = Judge(options).judge(evidence)
      if evidence.isOpaque, evidence.opaqueReader == nil {
        judgement.obstacle =
          "there is no folder for what the program is asked to read: free some space, or set TMPDIR"
      }
      if let logger = try loggerEvidence() {
        options.tiers = []
        var found = Judge(options).judge(logger)
        if isContested(logger) { found.violations.removeAll { $0.rule == .l08 } }
        judgement.add(ofLogger: found)
      }
      return judgement
    } catch {
      return Judgement(ofUnreadableLog: error)
    }
  }

  func evidence() throws(FormatError) -> Evidence {
    var evidence = try record.evidence()
    evidence.opaqueReader = tools?.reader()
    return evidence
  }

  /// Whether the disk differs from the logger's log only where the client has written twice at the same time:
  /// then either may have come last, and a log that says the other one is right, too.
  private func isContested(_ logger: Evidence) -> Bool {
    let units = contestedUnits
    let replayed = StateImage(logger.history, CrashState(cut: logger.index.entryCount))
    let unit = UInt64(StateSum.unitByteCount)
    return (0..<configuration.deviceByteCount / unit).allSatisfy { place in
      units.contains(place)
        || replayed.read(ByteRange(byteOffset: place * unit, byteCount: unit))
          == liveContents.unit(at: place)
    }
  }

  private var contestedUnits: Set<UInt64> {
    let changes = client.records.filter {
      $0.operation.action.hasRange && $0.operation.action != .read
    }
    var units: Set<UInt64> = []
    for (place, one) in changes.enumerated() {
      for other in changes[(place + 1)...]
      where other.beganAt < one.endedAt ?? .max && one.beganAt < other.endedAt ?? .max {
        units.formUnion(one.operation.range.units.clamped(to: other.operation.range.units))
      }
    }
    return units
  }

  /// What is known of the log that QEMU's logger has written: it is no recording of ours, and what a power
  /// cut leaves of the disk does not depend on it.
  private func loggerEvidence() throws(FormatError) -> Evidence? {
    guard let loggerLogBytes else { return nil }
    var options = LogReadingOptions()
    options.deviceByteCount = configuration.deviceByteCount
    let index = try WriteLogIndex(reading: ByteRegion(loggerLogBytes), options: options)
    var evidence = Evidence(
      index: index,
      history: try DiskHistory(
        index: index, base: nil, initialByteCount: configuration.deviceByteCount))
    evidence.live = .sparse(liveContents)
    return evidence
  }
}

extension Judgement {
  /// Takes in what is wrong with a log that the program under test has kept itself.
  fileprivate mutating func add(ofLogger logger: Judgement) {
    violations += logger.violations.map { violation in
      var violation = violation
      violation.evidence.append("in the log that the program's own logger has written")
      return violation
    }
    let known = Set(judgedRules)
    judgedRules = (judgedRules + logger.judgedRules.filter { !known.contains($0) }).sorted()
  }
}
