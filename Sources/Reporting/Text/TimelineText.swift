import Campaign

/// A column for each task, a row for each event; where that is wider than people read, one column for all,
/// with the task in front.
struct TimelineText {
  private static let widestCharacterCount = 140

  private let timeline: Timeline
  private let palette: Palette
  private let tasks: [Int]

  init(_ timeline: Timeline, _ palette: Palette) {
    self.timeline = timeline
    self.palette = palette
    tasks = Set(timeline.rows.map(\.task)).sorted()
  }

  var lines: [String] {
    let widths = tasks.map { task in
      timeline.rows.filter { $0.task == task }.map(\.text.count).max() ?? 0
    }
    let isNarrow = widths.reduce(0) { $0 + $1 + 2 } <= Self.widestCharacterCount
    var lines = [""] + (isNarrow ? columns(widths) : list)
    if timeline.omittedRowCount > 0 {
      lines.append(
        palette.faint("  (\(timeline.omittedRowCount) events of other operations left out)"))
    }
    return lines
  }

  private func columns(_ widths: [Int]) -> [String] {
    [row("event", zip(tasks, widths).map { ("task \($0)", $1) })]
      + timeline.rows.map { event in
        row(
          "\(event.event)",
          zip(tasks, widths).map { ($0 == event.task ? event.text : "", $1) })
      }
  }

  private var list: [String] {
    [row("event", [("task", 4), ("", 0)])]
      + timeline.rows.map { row("\($0.event)", [("\($0.task)", 4), ($0.text, 0)]) }
  }

  private func row(_ event: String, _ cells: [(text: String, width: Int)]) -> String {
    let start = String(repeating: " ", count: max(0, 7 - event.count)) + event
    let line = cells.map { cell in
      cell.text + String(repeating: " ", count: max(0, cell.width - cell.text.count))
    }
    var text = ([start] + line).joined(separator: "  ")
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
