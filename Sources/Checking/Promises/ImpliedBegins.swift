import CrashStates
import WriteLog

/// Where in the log an operation had begun whose entry stands further behind, as far as the log tells:
/// before that place it can have left no trace, from there on it can.
struct ImpliedBegins {
  /// As far back as an entry is looked for to have been in flight.
  private static let maximumReach = 256

  private let begins: [Int]
  /// The entries that had begun before another one completed, by the first such. Only asked.
  private var earlyOfEntry: [Int: [Int]] = [:]

  init(_ index: WriteLogIndex, _ origin: LogOrigin) {
    switch origin {
    case .powercut: begins = Self.submissions(index)
    case .linux: begins = Self.barriersBefore(index)
    case .qemu, .unknown: begins = Array(0..<index.entryCount)
    }
    for (place, begin) in begins.enumerated() where begin < place {
      earlyOfEntry[begin, default: []].append(place)
    }
  }

  /// The later entries whose operations had begun when an entry completed, and not when the one before it
  /// did, ascending.
  func early(atEntry place: Int) -> [Int] { earlyOfEntry[place] ?? [] }

  func isEarly(_ place: Int) -> Bool { begins[place] < place }

  /// Entries stand in the order in which they completed, and say when they were submitted.
  private static func submissions(_ index: WriteLogIndex) -> [Int] {
    var begins: [Int] = []
    var completed: [UInt64] = []
    for place in 0..<index.entryCount {
      let times = index[place].extension
      var begin = place
      while let submitted = times?.submissionIndex, begin > 0, place - begin < maximumReach,
        completed[begin - 1] > submitted
      {
        begin -= 1
      }
      begins.append(begin)
      completed.append(times?.completionIndex ?? 0)
    }
    return begins
  }

  /// dm-log-writes lists a plain write when the flush after it completes, and a FUA write at once.
  private static func barriersBefore(_ index: WriteLogIndex) -> [Int] {
    var begins: [Int] = []
    var barrier: Int?
    for place in 0..<index.entryCount {
      let flags = index[place].flags
      if flags.contains(.flush) { barrier = nil }
      let isHeldBack = !flags.contains(.fua) && !flags.contains(.flush)
      begins.append(isHeldBack ? max(barrier ?? place, place - maximumReach) : place)
      if flags.contains(.fua), !flags.contains(.flush) { barrier = barrier ?? place }
    }
    return begins
  }
}
