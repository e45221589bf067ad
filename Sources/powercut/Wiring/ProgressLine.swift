import Host

/// One line on stderr that is written over again: on a terminal only, a few times a second.
struct ProgressLine {
  private static let intervalNanoseconds: UInt64 = 200_000_000
  private let isShown = Terminal.isTerminal(.error)
  private var lastNanoseconds: UInt64 = 0

  /// Shows `text` if it is time.
  mutating func show(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    let now = MonotonicClock.nanoseconds
    guard now - lastNanoseconds >= Self.intervalNanoseconds else { return }
    lastNanoseconds = now
    // Progress that cannot be shown is no reason to stop.
    try? StandardStreams.writeProgress("\r\u{1b}[K\(text())")
  }

  /// Takes the line away before the result is printed.
  func clear() {
    guard isShown, lastNanoseconds > 0 else { return }
    try? StandardStreams.writeProgress("\r\u{1b}[K")
  }
}
