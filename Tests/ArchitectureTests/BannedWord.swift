/// A word that does not belong into a target, and what to write in its place.
struct BannedWord {
  var word: String
  var replacement: String

  /// What makes two runs of one seed differ. Pure targets only.
  static let unrepeatable: [BannedWord] =
    words(
      [
        ".random(in:", ".random()", ".randomElement()", ".shuffled()", ".shuffle()",
        "SystemRandomNumberGenerator", "UUID(",
      ], "draw from a RandomStream")
    + words(
      [".hashValue", "Hasher("],
      "hash with Checksum.xxh3: Swift's hashes differ in every process")
    + words(
      [
        "Task {", "Task{", "Task(priority", "Task.detached", "Task.immediate", "Task.sleep",
        "Task.init", "@MainActor", "@concurrent",
      ], "start tasks with Simulation.spawn, and let them wait for a Signal or a device")
    + words(
      ["Date(", "Date.now", "ContinuousClock", "SuspendingClock"],
      "take the time as a value: the tool reads Host's MonotonicClock")
    + words(
      ["FileManager", "ProcessInfo", "FileHandle"],
      "take the contents as a value: only Host reads the world")

  /// What ends the process on bad input. Every target.
  static let unforgiving: [BannedWord] =
    words(
      ["fatalError(", "try!", "as!"],
      "throw an error that says what was expected and found; a promise of ours is a precondition")

  private static func words(_ words: [String], _ replacement: String) -> [BannedWord] {
    words.map { BannedWord(word: $0, replacement: replacement) }
  }
}
