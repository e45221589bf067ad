import Campaign
import Checking

/// A picture of a run as SVG: it needs no script, no font and no other file, and says in words what its colours
/// say.
///
/// Colours are those of Okabe and Ito, which people with any colour vision can tell apart.
package struct RunPictureSVG {
  private enum Size {
    static let character = 6.7
    static let row = 20.0
    static let margin = 16.0
    static let eventColumn = 64.0
    /// Between the bars of a lane and its words.
    static let barColumn = 30.0
    static let smallestLane = 150.0
  }

  private let picture: RunPicture
  private let title: String
  private let tasks: [Int]
  private let laneStarts: [Int: Double]
  private let width: Double
  /// Lines above the lanes.
  private let head: [String]
  /// Lines below them.
  private let foot: [String]

  /// - Parameter title: what ran: stack and seed.
  package init(_ picture: RunPicture, title: String) {
    self.picture = picture
    self.title = title
    tasks = Set(picture.rows.filter { $0.kind != .powerCut }.map(\.task)).sorted()
    var starts: [Int: Double] = [:]
    var end = Size.margin + Size.eventColumn
    for task in tasks {
      starts[task] = end
      let longest =
        picture.rows.filter { $0.task == task && $0.kind != .powerCut }
        .map { Self.words(of: $0).count }.max() ?? 0
      end += max(Size.smallestLane, Size.barColumn + Double(longest + 2) * Size.character)
    }
    laneStarts = starts
    head = [picture.headline, picture.state.map { "state \($0)" }].compactMap { $0 }
      .flatMap { PictureLines.wrapped($0) }
    var foot = picture.evidence
    if picture.omittedEventCount > 0 {
      foot.append("\(picture.omittedEventCount) events are left out")
    }
    self.foot = foot.flatMap { PictureLines.wrapped($0) }
    let longest = ([title] + head + self.foot).map(\.count).max() ?? 0
    width = max(end, Double(longest) * Size.character + 2 * Size.margin) + Size.margin
  }

  package init(_ run: any DeviceRun, _ violation: Violation?) {
    let target = RunReport.target(run.configuration.stack, run.configuration.bugs)
    self.init(RunPicture(of: run, violation), title: "\(target), seed \(run.seed)")
  }

  package var text: String {
    var svg = SVGText()
    drawHead(&svg)
    drawLanes(&svg)
    for (place, row) in picture.rows.enumerated() { draw(row, place, &svg) }
    drawFoot(&svg)
    // The end, where the power fails: twice as wide as high.
    let detailHeight = 12 * Size.row
    svg.detail(
      x: 0, y: max(lanesTop - Size.row * 0.5, rowsBottom - detailHeight + Size.row * 0.5),
      width: 2 * detailHeight, height: detailHeight)
    return svg.document(
      width: width, height: height, title: title,
      description: picture.headline ?? "No rule is broken.")
  }

  // MARK: Places

  private var lanesTop: Double { Size.margin + Double(head.count + 2) * Size.row }
  private var rowsTop: Double { lanesTop + Size.row * 1.5 }
  private var rowsBottom: Double { rowsTop + Double(picture.rows.count) * Size.row }
  private var height: Double {
    rowsBottom + Double(foot.count + Self.legend.count + 2) * Size.row + Size.margin
  }

  private func middle(ofRow place: Int) -> Double { rowsTop + (Double(place) + 0.5) * Size.row }

  // MARK: Parts

  private func drawHead(_ svg: inout SVGText) {
    svg.text(title, x: Size.margin, y: Size.margin + Size.row * 0.7, .strong)
    for (line, text) in head.enumerated() {
      svg.text(text, x: Size.margin, y: Size.margin + Size.row * (Double(line) + 1.7), .usual)
    }
  }

  private func drawLanes(_ svg: inout SVGText) {
    svg.text("event", x: Size.margin, y: lanesTop + Size.row * 0.7, .faint)
    for task in tasks {
      guard let start = laneStarts[task] else { continue }
      svg.text("task \(task)", x: start, y: lanesTop + Size.row * 0.7, .strong)
      svg.line(
        from: (start + 6, rowsTop), to: (start + 6, rowsBottom), color: "#dddddd", width: 1)
    }
  }

  private func draw(_ row: RunPicture.Row, _ place: Int, _ svg: inout SVGText) {
    let y = middle(ofRow: place)
    if row.kind == .powerCut {
      svg.line(
        from: (Size.margin, y), to: (width - Size.margin, y), color: "#000000", width: 2,
        dashes: "6 4")
      svg.label(
        String(row.text.drop { $0 == "=" || $0 == " " }), x: Size.margin + Size.eventColumn,
        y: y + 4)
      return
    }
    guard let start = laneStarts[row.task] else { return }
    svg.text("\(row.event)", x: Size.margin, y: y + 4, .faint)
    svg.text(Self.words(of: row), x: start + Size.barColumn, y: y + 4, Self.weight(of: row))
    if row.isEnd { return }
    let isOpen = row.lastRow == nil && row.kind != .other
    let end = isOpen ? rowsBottom : middle(ofRow: row.lastRow ?? place) + 6
    let mark = Self.mark(of: row.kind)
    svg.bar(
      x: start + mark.indent, y: y - 6, width: mark.width, height: max(12, end - y + 6),
      color: mark.color, isOpen: isOpen, strokes: mark.strokes)
  }

  private func drawFoot(_ svg: inout SVGText) {
    var y = rowsBottom + Size.row * 1.2
    for line in foot {
      svg.text(line, x: Size.margin, y: y, .usual)
      y += Size.row
    }
    y += Size.row * 0.3
    for (kind, words) in Self.legend {
      let mark = Self.mark(of: kind)
      svg.bar(
        x: Size.margin, y: y - 11, width: mark.width, height: 12, color: mark.color, isOpen: false,
        strokes: mark.strokes)
      svg.text(words, x: Size.margin + Size.barColumn, y: y, .faint)
      y += Size.row
    }
  }

  // MARK: What a row looks like

  private static let legend: [(RunPicture.Kind, String)] = [
    (
      .operation(isNamed: true),
      "an operation of the client that the finding names, until it is answered"
    ),
    (.operation(isNamed: false), "any other operation of the client"),
    (.entry(.kept), "an entry of the log, from its submission to its completion"),
    (.entry(.lost), "an entry that the power cut took"),
    (.entry(.torn), "an entry of which a part persisted, or that persisted before its turn"),
    (.other, "any other event"),
  ]

  private static func mark(
    of kind: RunPicture.Kind
  ) -> (color: String, indent: Double, width: Double, strokes: Int) {
    switch kind {
    case .operation(isNamed: true): ("#cc79a7", 0, 12, 0)
    case .operation(isNamed: false): ("#999999", 0, 12, 0)
    case .entry(.kept): ("#0072b2", 16, 8, 0)
    case .entry(.lost): ("#d55e00", 16, 8, 2)
    case .entry(.torn), .entry(.early): ("#e69f00", 16, 8, 1)
    case .other, .powerCut: ("#dddddd", 16, 8, 0)
    }
  }

  private static func weight(of row: RunPicture.Row) -> SVGText.Style {
    switch row.kind {
    case .operation(isNamed: true), .entry(.lost), .entry(.torn), .entry(.early): .strong
    case .other: .faint
    default: .usual
    }
  }

  private static func words(of row: RunPicture.Row) -> String {
    if row.isEnd { return row.text }
    switch row.kind {
    case .entry(.lost): return row.text + ": lost"
    case .entry(.torn): return row.text + ": torn"
    case .entry(.early): return row.text + ": before its turn"
    case .operation, .entry, .other, .powerCut: return row.text
    }
  }
}
