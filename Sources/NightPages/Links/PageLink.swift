/// Links of a page, which is opened from the disk as well as from a server.
enum PageLink {
  /// A path relative to the page, with slashes, as a browser takes it.
  ///
  /// A name with a colon in front of its first slash would be a scheme, so a path begins with a dot.
  static func relative(_ path: String) -> String {
    let begins = path.hasPrefix("../") || path.hasPrefix("./")
    return (begins ? path : "./" + path).utf8.map(encoded).joined()
  }

  /// A picture within the page: as an image it runs no script, and its styles stay its own.
  static func data(svg text: String) -> String {
    "data:image/svg+xml;charset=utf-8," + text.utf8.map(encoded).joined()
  }

  private static func encoded(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      return String(UnicodeScalar(byte))
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"),
      UInt8(ascii: "/"):
      return String(UnicodeScalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count < 2 ? "%0\(digits)" : "%\(digits)"
    }
  }
}
