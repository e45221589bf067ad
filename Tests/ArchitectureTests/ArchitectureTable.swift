/// The table of docs/architecture.md.
struct ArchitectureTable {
  /// A target and what it may import.
  struct Row: Equatable {
    /// 0 is the lowest.
    var layer: Int
    /// Whether it must be repeatable, and so must not reach the world.
    var isPure: Bool
    var target: String
    /// Targets, products of other packages and modules of the system.
    var mayImport: [String]

    /// Where its files are, from the root of the repository.
    var folder: String {
      switch target {
      case "powercut-bench": "Benchmarks"
      case "powercut-bug-benchmark": "BugBenchmark"
      default: "Sources/\(target)"
      }
    }
  }

  /// From the top of the table to its bottom.
  var rows: [Row]

  /// Reads the lines of `markdown` that look like `| 4 world | `Host` | … | Bytes, Glibc |`.
  init(parsing markdown: String) {
    rows = markdown.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { Self.trimmed($0) }
      guard line.hasPrefix("|"), cells.count == 4,
        let layer = cells[0].split(separator: " ").first.flatMap({ Int($0) })
      else { return nil }
      return Row(
        layer: layer, isPure: cells[0].hasSuffix(" pure"),
        target: cells[1].filter { $0 != "`" },
        mayImport: cells[3] == "–"
          ? [] : cells[3].split(separator: ",").map { Self.trimmed($0) })
    }
  }

  /// The row of a target.
  func row(_ target: String) -> Row? { rows.first { $0.target == target } }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " }
    return String(start.reversed().drop { $0 == " " }.reversed())
  }
}
