extension String {
  /// Control characters of a foreign text must not reach a terminal.
  package var escapedForTerminal: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) ? "?" : $0 }))
  }
}
