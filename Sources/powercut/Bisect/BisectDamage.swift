import Checking
import WriteLog

/// Where a chain of entries breaks, and what stands there.
struct BisectDamage {
  let lines: [String]

  /// `nil` where the violation is about something else.
  init?(_ index: WriteLogIndex, _ violation: Violation) {
    guard [.l02, .l03, .l04].contains(violation.rule),
      let problem = index.problems.first(where: { violation.entries.contains($0.entryIndex) })
    else { return nil }
    var lines = [
      "the chain ends behind entry \(index.entryCount - 1), at byte \(index.endByteOffset) of the log"
    ]
    let places = Set([Int(clamping: problem.error.byteOffset), index.endByteOffset]).sorted()
    for place in places where place >= Int(index.sectorByteCount) {
      lines.append("byte \(place) of the log: \(Self.bytes(at: place, of: index))")
    }
    self.lines = lines
  }

  private static func bytes(at place: Int, of index: WriteLogIndex) -> String {
    let end = min(place + 32, index.region.byteCount)
    if place >= end { return "the file ends there" }
    if index.region.isZero(in: place..<min(place + 512, index.region.byteCount)) { return "zeroes" }
    return index.region.bytes(in: place..<end).hexDigits(separator: " ")
  }
}
