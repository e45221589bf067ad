import Bytes
import Campaign
import Checking

/// A map of the bytes that break a promise as SVG: a box for each sector, with whose bytes it holds and whose it
/// must hold.
///
/// Colours are those of Okabe and Ito; what differs in colour differs in words and signs, too.
package struct ByteMapSVG {
  private enum Size {
    static let character = 6.7
    static let row = 20.0
    static let margin = 16.0
    static let offsetColumn = 96.0
    static let boxWidth = 84.0
    static let boxHeight = 46.0
    static let gap = 6.0
    static let legendBox = 18.0
    /// Words in a box that are longer are cut off.
    static let longestWord = 12
    static let longestLine = 100
  }

  private static let unitByteCount: UInt64 = 512
  private static let unitsPerRow: UInt64 = 8

  private let map: ByteMap
  private let title: String
  private let head: [String]
  private let kinds: [Kind]

  /// - Parameter title: what ran: stack and seed.
  package init(_ map: ByteMap, _ violation: Violation, title: String) {
    self.map = map
    self.title = title
    head = [
      "\(violation.rule.rawValue): \(violation.rule.failure)",
      violation.state.map { "state \($0)" },
      "wrong: \(map.wrongByteCount) of the \(map.range.byteCount) bytes that are shown, \(map.range)",
    ].compactMap { $0 }.flatMap { PictureLines.wrapped($0, longestLine: Size.longestLine) }
    kinds = Kind.allCases.filter { kind in map.pieces.contains { Kind($0) == kind } }
  }

  package init(_ map: ByteMap, _ violation: Violation, of run: any DeviceRun) {
    let target = RunReport.target(run.configuration.stack, run.configuration.bugs)
    self.init(map, violation, title: "\(target), seed \(run.seed)")
  }

  package var text: String {
    var svg = SVGText()
    svg.text(title, x: Size.margin, y: Size.margin + Size.row * 0.7, .strong)
    for (line, words) in head.enumerated() {
      svg.text(words, x: Size.margin, y: Size.margin + Size.row * (Double(line) + 1.7), .usual)
    }
    for row in firstRow...lastRow {
      let offset = row * Self.unitsPerRow * Self.unitByteCount
      svg.text("\(offset)", x: Size.margin, y: top(ofRow: row) + Size.row, .faint)
    }
    for piece in map.pieces { draw(piece, &svg) }
    drawLegend(&svg)
    nameDetail(&svg)
    return svg.document(
      width: width, height: height, title: "The bytes around \(map.range): \(title)",
      description: Self.description(of: map))
  }

  /// The map in words, piece after piece.
  package static func description(of map: ByteMap) -> String {
    map.pieces.map { piece in
      piece.isWrong
        ? "\(piece.range) is wrong: it holds \(piece.foundText), and must hold \(piece.promisedText)."
        : "\(piece.range) is right: it holds \(piece.foundText)."
    }.joined(separator: " ")
  }

  // MARK: Places

  private var firstRow: UInt64 { map.range.byteOffset / Self.unitByteCount / Self.unitsPerRow }
  private var lastRow: UInt64 {
    (max(map.range.endByteOffset, 1) - 1) / Self.unitByteCount / Self.unitsPerRow
  }
  private var gridTop: Double { Size.margin + Size.row * (Double(head.count) + 2) }
  private var gridBottom: Double { top(ofRow: lastRow + 1) }
  private var width: Double {
    let grid =
      Size.offsetColumn + Double(Self.unitsPerRow) * (Size.boxWidth + Size.gap) + 2 * Size.margin
    let longest = Double(([title] + head).map(\.count).max() ?? 0) * Size.character
    return max(grid, longest + 2 * Size.margin)
  }
  private var height: Double {
    gridBottom + Size.row * (Double(kinds.count) * 1.3 + 1.5) + Size.margin
  }

  private func top(ofRow row: UInt64) -> Double {
    gridTop + Double(row - firstRow) * (Size.boxHeight + Size.gap)
  }

  // MARK: Parts

  /// The first box that is wrong, with what is around it: four times as wide as high.
  private func nameDetail(_ svg: inout SVGText) {
    guard let wrong = map.pieces.first(where: \.isWrong) else { return }
    let unit = wrong.range.byteOffset / Self.unitByteCount
    let column = min(max(unit % Self.unitsPerRow, 1) - 1, Self.unitsPerRow - 4)
    let pitch = Size.boxWidth + Size.gap
    let detailWidth = 4 * pitch + 2 * Size.gap
    let detailHeight = detailWidth / 4
    svg.detail(
      x: Size.margin + Size.offsetColumn + Double(column) * pitch - 1.5 * Size.gap,
      y: top(ofRow: unit / Self.unitsPerRow) - (detailHeight - Size.boxHeight) / 2,
      width: detailWidth, height: detailHeight)
  }

  private func draw(_ piece: ByteMap.Piece, _ svg: inout SVGText) {
    let units = piece.range.byteOffset / Self.unitByteCount
    let kind = Kind(piece)
    for unit in units..<piece.range.endByteOffset / Self.unitByteCount {
      let x =
        Size.margin + Size.offsetColumn
        + Double(unit % Self.unitsPerRow) * (Size.boxWidth + Size.gap)
      let y = top(ofRow: unit / Self.unitsPerRow)
      svg.box(
        x: x, y: y, width: Size.boxWidth, height: Size.boxHeight, color: kind.color,
        edge: piece.isWrong ? ("#000000", 2.5) : ("#bbbbbb", 1))
      let words = Self.word(for: piece.contents)
      svg.text(
        piece.isWrong ? "✗ \(words)" : words, x: x + 6, y: y + 19,
        piece.isWrong ? .strong : .faint)
      if piece.isWrong { svg.text(Self.promise(of: piece), x: x + 6, y: y + 36, .usual) }
    }
  }

  private func drawLegend(_ svg: inout SVGText) {
    var y = gridBottom + Size.row
    for kind in kinds {
      svg.box(
        x: Size.margin, y: y, width: Size.legendBox, height: Size.legendBox, color: kind.color,
        edge: kind == .right ? ("#bbbbbb", 1) : ("#000000", 2.5))
      if kind != .right { svg.text("✗", x: Size.margin + 5.5, y: y + 13, .strong) }
      svg.text(kind.words, x: Size.margin + Size.legendBox + 10, y: y + 13, .usual)
      y += Size.row * 1.3
    }
  }

  private static func word(for contents: ByteMap.Contents) -> String {
    switch contents {
    case .zeroes: "zeroes"
    case .version(let operation): short("#\(operation.identifier)")
    case .moved(let operation, _): short("of #\(operation)")
    case .mixture(let operation): short("part #\(operation)")
    case .initial: "as before"
    case .undefined: "undefined"
    case .other: "unknown"
    }
  }

  private static func promise(of piece: ByteMap.Piece) -> String {
    piece.promised.map { short("must be #\($0.identifier)") } ?? "not written"
  }

  private static func short(_ word: String) -> String {
    word.count <= Size.longestWord ? word : "\(word.prefix(Size.longestWord - 1))…"
  }

  // MARK: What a box looks like

  private enum Kind: CaseIterable {
    case older, zeroes, moved, mixture, unknown, right

    init(_ piece: ByteMap.Piece) {
      if !piece.isWrong {
        self = .right
        return
      }
      switch piece.contents {
      case .zeroes: self = .zeroes
      case .version, .initial: self = .older
      case .moved: self = .moved
      case .mixture: self = .mixture
      case .undefined, .other: self = .unknown
      }
    }

    var color: String {
      switch self {
      case .older: "#e69f00"
      case .zeroes: "#56b4e9"
      case .moved: "#cc79a7"
      case .mixture: "#f0e442"
      case .unknown: "#d55e00"
      case .right: "#ffffff"
      }
    }

    var words: String {
      switch self {
      case .older: "wrong: an older version than the one that must be there"
      case .zeroes: "wrong: zeroes, and not the version that must be there"
      case .moved: "wrong: what an operation wrote elsewhere"
      case .mixture: "wrong: parts of more than one version"
      case .unknown: "wrong: bytes that no operation wrote, or that nobody defines"
      case .right: "right: the sector holds what it may hold"
      }
    }
  }
}
