/// What the structures of two images say differently, row by row.
package struct ImageDifference: Hashable, Sendable {
  /// One value that differs.
  package struct Row: Hashable, Sendable {
    package var name: String
    package var first: String
    package var second: String
  }

  package static let maximumRowCount = 40

  /// In the order of the file, what recovery makes of it last.
  package private(set) var rows: [Row] = []
  /// How many more there are.
  package private(set) var omittedRowCount = 0

  package init() {}

  /// Adds a row where the values differ.
  package mutating func add(_ name: String, _ first: String, _ second: String) {
    if first == second { return }
    guard rows.count < Self.maximumRowCount else {
      omittedRowCount += 1
      return
    }
    rows.append(Row(name: name, first: first, second: second))
  }
}
