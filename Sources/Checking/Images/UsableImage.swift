import CrashStates

/// Whether an image was there for good when the power failed (rule D09): a log can begin before the image is
/// created in it, and nobody can be blamed for refusing what is not there yet.
struct UsableImage {
  private let history: DiskHistory
  private let opens: (CrashState) -> Bool
  /// How many cuts from 0 on were asked for the first at which the image opens, and which that is.
  private var searchedCutCount = 0
  private var firstCut: Int?
  /// The states of a cut follow each other.
  private var latest: (cut: Int, isThere: Bool)?

  /// - Parameter opens: whether the image opens, and what it maps can be told.
  init(_ history: DiskHistory, opens: @escaping (CrashState) -> Bool) {
    self.history = history
    self.opens = opens
  }

  /// Whether all that it takes to open the image was durable at a cut.
  mutating func isThere(atCut cut: Int) -> Bool {
    if firstCut == 0 { return true }
    if let latest, latest.cut == cut { return latest.isThere }
    let isThere = isThereByNow(cut)
    latest = (cut, isThere)
    return isThere
  }

  private mutating func isThereByNow(_ cut: Int) -> Bool {
    let durable = history.epoch(atCut: cut).durableEntryCount
    while firstCut == nil, searchedCutCount <= durable {
      if opens(CrashState(cut: searchedCutCount)) { firstCut = searchedCutCount }
      searchedCutCount += 1
    }
    return firstCut.map { $0 <= durable } ?? false
  }
}
