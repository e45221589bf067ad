import Bytes
import Checking
import CrashStates
import VHDX

/// Recovers the images of crash states, each set of structures once.
final class VHDXReader: ImageReader {
  private let history: DiskHistory
  private let profile: RecoveryProfile
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

  private var known: [Key: OpenedState] = [:]
  private var knownStructures: [StructuresKey: ImageStructures] = [:]

  /// States follow each other, so the latest are the ones that come again.
  private static let maximumKnownCount = 512

  init(
    history: DiskHistory, recovery: RecoveryProfile,
    goOn: (@Sendable (SparseBytes) -> String?)? = nil
  ) {
    self.history = history
    profile = recovery
    areas = ImageAreas(history)
    continuation = ContinuationJudge(areas: areas, goOn: goOn)
    structures = AreaHistory(history, ranges: areas.structures)
    recoverable = AreaHistory(history, ranges: areas.recoverable)
  }

  func structure(of state: CrashState) -> AnyHashable? { key(of: state) }

  private func key(of state: CrashState) -> Key {
    Key(
      recoverable: recoverable.key(of: state), structures: structures.key(of: state),
      byteCount: history.byteCount(of: state))
  }

  func read(_ state: CrashState) -> OpenedState {
    let key = key(of: state)
    if let found = known[key] { return found }
    if known.count >= Self.maximumKnownCount { known.removeAll(keepingCapacity: true) }
    let found = recover(StateImage(history, state), structuresKey: key.structures)
    if found.isToldByStructure { known[key] = found }
    return found
  }

  /// Where its structures are where ``ImageAreas`` says, another state can be told by them.
  private func recover(_ image: StateImage, structuresKey: AreaHistory.Key) -> OpenedState {
    let file = OverlayImage(image)
    let outcome = Recovery(profile: profile).run(on: file)
    var recovered = OpenedState(outcome, file.changes)
    recovered.isToldByStructure = areas.coverLog(of: image)
    recovered.violations += OutcomeJudge(profile: profile).judge(image, outcome, file)
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
      let map = try DiskMap(table)
      recovered.map = map
      recovered.isToldByStructure = recovered.isToldByStructure && areas.cover(regions)
      recovered.changesPayload = file.changes.contains { change in
        guard let range = change.range else { return false }
        return map.extents.contains { $0.fileRange.overlaps(range) }
      }
      recovered.violations += continuation.judge(image, map, outcome)
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
    let headers: HeaderReadingOptions = profile.readsHeadersAsQEMU ? .qemu : .strict
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

extension OpenedState {
  init(_ outcome: RecoveryOutcome, _ changes: [ImageChange]) {
    self.init(opens: outcome.opens, summary: outcome.summary)
    self.changes = changes
    if case .refused(let refusal) = outcome, refusal.isLimitOfOurs { limit = "\(refusal)" }
    if outcome != .notNeeded { unfinished = "the image needs recovery: \(outcome)" }
  }
}
