import Bytes
import CrashStates
import VHDX

/// Recovers the images of crash states, each set of structures once.
final class StateRecovery {
  private let history: DiskHistory
  private let evidence: ImageEvidence
  private let areas: ImageAreas
  private let structures: AreaHistory
  private let recoverable: AreaHistory
  private var continuation: ContinuationJudge

  private struct Key: Hashable {
    var recoverable: AreaHistory.Key
    var structures: AreaHistory.Key
    var byteCount: UInt64
  }
  private struct StructuresKey: Hashable {
    var area: AreaHistory.Key
    var log: ByteRange?
    var byteCount: UInt64
  }

  private var known: [Key: RecoveredState] = [:]
  private var knownStructures: [StructuresKey: ImageStructures] = [:]

  /// States follow each other, so the latest are the ones that come again.
  private static let maximumKnownCount = 512

  init(history: DiskHistory, evidence: ImageEvidence) {
    self.history = history
    self.evidence = evidence
    areas = ImageAreas(history)
    continuation = ContinuationJudge(areas: areas, goOn: evidence.goOn)
    structures = AreaHistory(history, ranges: areas.structures)
    recoverable = AreaHistory(history, ranges: areas.recoverable)
  }

  /// - Returns: what opening the state does, and whether it was worked out for this state first.
  func recovered(_ state: CrashState) -> (recovered: RecoveredState, isNew: Bool) {
    let key = Key(
      recoverable: recoverable.key(of: state), structures: structures.key(of: state),
      byteCount: history.byteCount(of: state))
    if let found = known[key] { return (found, false) }
    if known.count >= Self.maximumKnownCount { known.removeAll(keepingCapacity: true) }
    let found = recover(StateImage(history, state), structuresKey: key.structures)
    if found.isInKnownPlaces { known[key] = found }
    return (found, true)
  }

  private func recover(
    _ image: StateImage, structuresKey: AreaHistory.Key
  ) -> RecoveredState {
    let file = OverlayImage(image)
    let outcome = Recovery(profile: evidence.recovery).run(on: file)
    var recovered = RecoveredState(
      outcome: outcome, changes: file.changes, isInKnownPlaces: areas.coverLog(of: image))
    recovered.violations += OutcomeJudge(profile: evidence.recovery).judge(image, outcome, file)
    recovered.violations += HeaderSectionJudge(options: Self.options).judge(image).violations
    guard outcome.opens else { return recovered }
    let structures = self.structures(of: file, structuresKey)
    recovered.violations += structures.violations
    guard let (regions, metadata) = structures.parts else {
      recovered.violations.append(Self.unreadable(structures.violations.first?.title))
      return recovered
    }
    recovered.violations += BlockTableJudge().judge(
      file, region: regions.blockTable.range, parameters: metadata.parameters,
      occupied: regions.occupied)
    do throws(FormatError) {
      let table = try BlockTable(
        reading: file, region: regions.blockTable.range,
        geometry: BlockGeometry(metadata.parameters))
      let map = try BlockMap(table)
      recovered.map = map
      recovered.isInKnownPlaces = recovered.isInKnownPlaces && areas.cover(regions)
      recovered.changesPayload = file.changes.contains { change in
        guard let range = change.range else { return false }
        return map.extents.contains { $0.fileRange.overlaps(range) }
      }
      recovered.violations += continuation.judge(image, recovered)
    } catch {
      recovered.violations.append(Self.unreadable(error.finding))
    }
    return recovered
  }

  /// A cut between the two header updates leaves them different, and rightly so.
  private static let options = ImageJudgeOptions(judgesWarnings: false)

  private static func unreadable(_ finding: String?) -> Violation {
    Violation(
      by: .stateRecovery, .d09,
      "the image does not open after the cut: \(finding ?? "its structures cannot be read")")
  }

  private func structures(
    of file: OverlayImage, _ area: AreaHistory.Key
  ) -> ImageStructures {
    let headers: HeaderReadingOptions = evidence.recovery.readsHeadersAsQEMU ? .qemu : .strict
    let current = try? HeaderPair(reading: file).current(headers, fileByteCount: file.byteCount)
    let isChanged = file.changes.contains { change in
      change.range.map { range in areas.structures.contains { $0.overlaps(range) } } ?? false
    }
    let key = StructuresKey(
      area: area, log: current?.header.logRange, byteCount: file.byteCount)
    if !isChanged, let found = knownStructures[key] { return found }
    if knownStructures.count >= Self.maximumKnownCount { knownStructures.removeAll() }
    let structures = ImageStructures(judging: file, current: current, options: Self.options)
    if !isChanged { knownStructures[key] = structures }
    return structures
  }
}
