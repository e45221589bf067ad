/// The elements of a picture, in the order in which they are drawn.
struct SVGText {
  enum Style: String {
    case usual, strong, faint
  }

  private var lines: [String] = []

  mutating func text(_ words: String, x: Double, y: Double, _ style: Style) {
    let name = style == .usual ? "" : " class=\"\(style)\""
    lines.append(
      "<text x=\"\(number(x))\" y=\"\(number(y))\"\(name)>\(XMLText.escaped(words))</text>")
  }

  /// Words on a line that they would be struck through by.
  mutating func label(_ words: String, x: Double, y: Double) {
    let width = Double(words.count) * 6.9 + 12
    lines.append(
      "<rect x=\"\(number(x - 6))\" y=\"\(number(y - 14))\" width=\"\(number(width))\" height=\"20\" fill=\"#ffffff\"/>"
    )
    text(words, x: x, y: y, .strong)
  }

  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), color: String,
    width: Double,
    dashes: String? = nil
  ) {
    let dashed = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    lines.append(
      "<line x1=\"\(number(start.x))\" y1=\"\(number(start.y))\" x2=\"\(number(end.x))\" y2=\"\(number(end.y))\" "
        + "stroke=\"\(color)\" stroke-width=\"\(number(width))\"\(dashed)/>")
  }

  /// A box.
  ///
  /// - Parameter edge: its colour and width.
  mutating func box(
    x: Double, y: Double, width: Double, height: Double, color: String,
    edge: (color: String, width: Double)
  ) {
    lines.append(
      "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" "
        + "rx=\"3\" fill=\"\(color)\" stroke=\"\(edge.color)\" stroke-width=\"\(number(edge.width))\"/>"
    )
  }

  /// - Parameters:
  ///   - isOpen: it had not ended: without an edge at its end.
  ///   - strokes: over its beginning, for those to whom its colour says nothing: a cross of two, or one.
  mutating func bar(
    x: Double, y: Double, width: Double, height: Double, color: String, isOpen: Bool,
    strokes: Int
  ) {
    lines.append(
      "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" "
        + "fill=\"\(color)\"\(isOpen ? " fill-opacity=\"0.5\"" : " rx=\"2\"")/>")
    if strokes == 0 { return }
    let second = strokes > 1 ? " m0 -12 l\(number(-width - 6)) 12" : ""
    lines.append(
      "<path d=\"M\(number(x - 3)) \(number(y)) l\(number(width + 6)) 12\(second)\" "
        + "stroke=\"#000000\" stroke-width=\"1.5\" fill=\"none\"/>")
  }

  /// Names a part, for who shows a small picture: `picture.svg#detail`.
  mutating func detail(x: Double, y: Double, width: Double, height: Double) {
    lines.append(
      "<view id=\"\(Self.detailName)\" viewBox=\"\(number(x)) \(number(y)) \(number(width)) \(number(height))\"/>"
    )
  }

  private static let detailName = "detail"

  func document(width: Double, height: Double, title: String, description: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" \
    width="\(number(width))" height="\(number(height))" viewBox="0 0 \(number(width)) \(number(height))">
    <title id="title">\(XMLText.escaped(title))</title>
    <desc id="description">\(XMLText.escaped(description))</desc>
    <style>
    text { font: 11px monospace; fill: #000000; white-space: pre; }
    .strong { font-weight: bold; }
    .faint { fill: #666666; }
    </style>
    <rect width="100%" height="100%" fill="#ffffff"/>
    \(lines.joined(separator: "\n"))
    </svg>

    """
  }

  private func number(_ value: Double) -> String {
    // Tenths of a pixel are more than a screen shows.
    let tenths = Int((value * 10).rounded())
    let rest = abs(tenths % 10)
    return "\(tenths < 0 ? "-" : "")\(abs(tenths / 10))" + (rest == 0 ? "" : ".\(rest)")
  }
}
