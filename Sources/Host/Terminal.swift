import Glibc

/// What the streams are connected to.
package enum Terminal {
  package enum Stream: Int32, Sendable {
    case output = 1
    case error = 2
  }

  /// Whether a person may be reading there.
  package static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

  /// How wide the terminal is, in characters; 80 where it does not say.
  package static func columnCount(_ stream: Stream) -> Int {
    var window = winsize()
    let answer = unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &window)
    return answer == 0 && window.ws_col > 0 ? Int(window.ws_col) : 80
  }
}

/// What `--color` takes.
package enum ColorChoice: String, CaseIterable, Sendable {
  case auto
  case always
  case never

  /// Whether to write colour, on a stream of this process.
  package func allows(_ stream: Terminal.Stream) -> Bool {
    allows(
      isTerminal: Terminal.isTerminal(stream), noColor: Environment.value("NO_COLOR"),
      terminalName: Environment.value("TERM"))
  }

  /// The same for given surroundings: `auto` means on a terminal, unless NO_COLOR is set to
  /// anything, or TERM says `dumb`.
  package func allows(isTerminal: Bool, noColor: String?, terminalName: String?) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto: isTerminal && (noColor ?? "").isEmpty && terminalName != "dumb"
    }
  }
}
