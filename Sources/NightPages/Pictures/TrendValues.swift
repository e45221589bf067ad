import Nights
import Reporting

/// The picture of the nights: places and words, which the template makes an SVG of.
struct TrendValues: Sendable {
  struct Bar: Sendable {
    let kind: String
    let x: Int
    let y: Int
    let barWidth: Int
    let barHeight: Int
    /// What it says to who points at it.
    let words: String
    /// Paths over it, for those to whom its colour says nothing.
    let marks: [String]
  }

  struct Label: Sendable {
    let kind: String
    let x: Int
    let y: Int
    let words: String
  }

  struct Legend: Sendable {
    let kind: String
    let x: Int
    let y: Int
    let wordsX: Int
    let wordsY: Int
    let words: String
    let marks: [String]
  }

  private enum Size {
    static let width = 960
    static let seedTop = 40
    static let seedFloor = 130
    static let findingHead = 172
    static let findingTop = 186
    static let findingFloor = 276
    static let labelY = 296
    static let legendY = 318
    static let height = 340
    static let widestColumn = 96
    static let widestBar = 56
  }

  /// More nights than these are in the table only.
  static let maximumNightCount = 30

  let trendTitle: String
  let trendWords: String
  let width = Size.width
  let height = Size.height
  let seedFloor = Size.seedFloor
  let findingHead = Size.findingHead
  let findingFloor = Size.findingFloor
  let largestSeeds: String
  let bars: [Bar]
  let labels: [Label]
  let legend: [Legend]

  /// - Returns: `nil` of no night.
  init?(_ nights: [NightSummary]) {
    let shown = Array(nights.suffix(Self.maximumNightCount))
    guard let first = shown.first, let last = shown.last else { return nil }
    let column = min(Size.widestColumn, Size.width / shown.count)
    let barWidth = min(Size.widestBar, column * 2 / 3)
    let mostSeeds = max(1, shown.map(\.seedCount).max() ?? 1)
    let mostFindings = max(1, shown.map { max($0.totalCount, 1) }.max() ?? 1)
    var bars: [Bar] = []
    var labels: [Label] = []
    for (place, night) in shown.enumerated() {
      let x = place * column + (column - barWidth) / 2
      let height = Self.length(
        night.seedCount, of: mostSeeds, room: Size.seedFloor - Size.seedTop)
      bars.append(
        Bar(
          kind: "seeds", x: x, y: Size.seedFloor - height, barWidth: barWidth, barHeight: height,
          words: "Night \(night.night): \(counted(night.seedCount, "seed"))", marks: []))
      bars += Self.findingBars(night, x: x, barWidth: barWidth, most: mostFindings)
      labels += Self.labels(night, middle: x + barWidth / 2, isDense: column < 44, place: place)
    }
    self.bars = bars
    self.labels = labels
    largestSeeds = "at most \(PageNumbers.grouped(mostSeeds)) in a night"
    legend = Self.kinds.enumerated().map { place, kind in
      let x = place * 110
      return Legend(
        kind: kind.name, x: x, y: Size.legendY, wordsX: x + 22, wordsY: Size.legendY + 12,
        words: kind.name, marks: Self.marks(kind.name, x: x, y: Size.legendY, width: 14, height: 14)
      )
    }
    trendTitle = "Seeds and findings of the nights \(first.night) to \(last.night)"
    trendWords = Self.words(shown, last)
  }

  private static let kinds: [(name: String, count: @Sendable (NightSummary) -> Int)] = [
    ("new", { $0.newCount }), ("known", { $0.knownCount }), ("gone", { $0.goneCount }),
  ]

  /// One on the other: what is new on top.
  private static func findingBars(
    _ night: NightSummary, x: Int, barWidth: Int, most: Int
  ) -> [Bar] {
    var floor = Size.findingFloor
    var bars: [Bar] = []
    for kind in kinds.reversed() where kind.count(night) > 0 {
      let height = length(kind.count(night), of: most, room: Size.findingFloor - Size.findingTop)
      let y = floor - height
      bars.append(
        Bar(
          kind: kind.name, x: x, y: y, barWidth: barWidth, barHeight: max(1, height - 1),
          words: "Night \(night.night): \(kind.count(night)) \(kind.name)",
          marks: marks(kind.name, x: x, y: y, width: barWidth, height: height - 1)))
      floor = y
    }
    return bars
  }

  private static func length(_ count: Int, of most: Int, room: Int) -> Int {
    if count <= 0 { return 0 }
    // Something is never nothing to see.
    return max(3, Int((Double(count) / Double(most) * Double(room)).rounded()))
  }

  /// A cross is new, a stroke is gone.
  private static func marks(_ kind: String, x: Int, y: Int, width: Int, height: Int) -> [String] {
    let side = min(10, width - 4, height - 4)
    if side < 4 { return [] }
    let left = x + (width - side) / 2
    let top = y + (height - side) / 2
    switch kind {
    case "new": return ["M\(left) \(top)l\(side) \(side)m0 \(-side)l\(-side) \(side)"]
    case "gone": return ["M\(left) \(top + side / 2)h\(side)"]
    default: return []
    }
  }

  private static func labels(
    _ night: NightSummary, middle: Int, isDense: Bool, place: Int
  ) -> [Label] {
    if isDense, place % 3 != 0 { return [] }
    return [Label(kind: "soft", x: middle, y: Size.labelY, words: "\(night.night)")]
  }

  private static func words(_ nights: [NightSummary], _ last: NightSummary) -> String {
    let seeds = nights.reduce(0) { $0 + $1.seedCount }
    let new = nights.reduce(0) { $0 + $1.newCount }
    let gone = nights.reduce(0) { $0 + $1.goneCount }
    return
      "\(counted(nights.count, "night")), the last on the right: \(PageNumbers.grouped(seeds)) seeds, "
      + "\(counted(new, "new finding")), \(gone) gone; in the last one \(last.newCount) new, "
      + "\(last.knownCount) known, \(last.goneCount) gone."
  }
}

extension NightSummary {
  fileprivate var totalCount: Int { newCount + knownCount + goneCount }
}
