/// Columns of text, as wide as they have to be.
struct TextTable {
  private let rows: [[String]]

  init(_ head: [String], _ rows: [[String]]) {
    self.rows = [head] + rows
  }

  var lines: [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        column == row.count - 1
          ? text : text + String(repeating: " ", count: widths[column] - text.count)
      }.joined(separator: "  ")
    }
  }
}
