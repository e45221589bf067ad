/// What `/proc/PID/task/TID/status` says of a thread, read byte by byte: it is asked for hundreds of times in a run, and
/// as text it took half of all time.
struct ThreadStatus: Equatable {
  /// How often the thread has left a processor, which counts on for as long as it is there.
  struct Switches: Equatable {
    /// Because it waited.
    var voluntary: UInt64 = 0
    /// Because others were to run.
    var involuntary: UInt64 = 0
  }

  /// The letter behind `State:`; `nil` where there is none.
  var state: UInt8?
  var switches = Switches()

  /// Interruptible sleep, or ended. Waiting for a disk (D) ends by itself.
  var isAsleep: Bool { state.map { "SZX".utf8.contains($0) } ?? false }
  var canRun: Bool { state == UInt8(ascii: "R") }

  private static let stateName = Array("State:".utf8)
  private static let voluntaryName = Array("voluntary_ctxt_switches:".utf8)
  private static let involuntaryName = Array("nonvoluntary_ctxt_switches:".utf8)

  init(parsing bytes: ArraySlice<UInt8>) {
    var line = bytes
    while let first = line.first {
      // Most lines begin with none of the three letters, and are passed over.
      switch first {
      case UInt8(ascii: "S"):
        if let value = Self.value(of: Self.stateName, in: line) { state = value.first }
      case UInt8(ascii: "v"):
        if let value = Self.value(of: Self.voluntaryName, in: line) {
          switches.voluntary = Self.number(value)
        }
      case UInt8(ascii: "n"):
        if let value = Self.value(of: Self.involuntaryName, in: line) {
          switches.involuntary = Self.number(value)
        }
      default: break
      }
      guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else { return }
      line = line[(end + 1)...]
    }
  }

  /// What follows a name, without the blanks between them.
  private static func value(
    of name: [UInt8], in line: ArraySlice<UInt8>
  ) -> ArraySlice<UInt8>? {
    guard line.starts(with: name) else { return nil }
    return line.dropFirst(name.count).drop { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64 {
    var number: UInt64 = 0
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
      number = number &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
    }
    return number
  }
}
