/// The processors that a thread may run on. A program that it starts, and a thread, begin with the same.
struct ThreadProcessors: Equatable {
  /// Ascending, at least one.
  let numbers: [UInt32]

  private static let bitCount = UInt.bitWidth
  /// Room for 8192, more than any kernel is built for.
  private static let wordCount = 8192 / bitCount

  /// - Precondition: there is one.
  init(_ numbers: [UInt32]) {
    precondition(!numbers.isEmpty, "a thread runs somewhere")
    self.numbers = numbers.sorted()
  }

  /// Those of the calling thread; the first of the machine where the kernel does not say.
  static var ofThisThread: ThreadProcessors {
    var words = [UInt](repeating: 0, count: wordCount)
    guard GNUFunctions.affinity(&words) == 0 else { return ThreadProcessors([0]) }
    var numbers: [UInt32] = []
    for (place, word) in words.enumerated() where word != 0 {
      for bit in 0..<bitCount where word >> bit & 1 == 1 {
        numbers.append(UInt32(place * bitCount + bit))
      }
    }
    return ThreadProcessors(numbers.isEmpty ? [0] : numbers)
  }

  /// Makes them those of the calling thread. Where that is refused, a run is slower and not another one.
  func take() {
    var words = [UInt](repeating: 0, count: Self.wordCount)
    for number in numbers {
      words[Int(number) / Self.bitCount] |= 1 << (UInt(number) % UInt(Self.bitCount))
    }
    _ = GNUFunctions.setAffinity(words)
  }
}
