import Glibc
import Synchronization

/// What is being carried out right now, said on stderr if the process dies of it.
///
/// A run that ends the whole process would otherwise take the one thing with it that is needed to look
/// into it: its seed. A note costs two atomic operations; nothing is written while all goes well.
package enum CrashNotes {
  private static let slots = Slots()

  /// Sets up the handlers. The handlers write only, then the process dies as it would have.
  package static func install() {
    // Made here: the first use of a global must not be inside of a handler.
    for slot in 0..<Slots.count { slots.clear(slot) }
    var action = sigaction()
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
    unsafe action.__sigaction_handler.sa_handler = { signal in
      CrashNotes.slots.writeAll()
      raise(signal)
    }
    for signal in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGFPE] {
      _ = unsafe sigaction(signal, &action, nil)
    }
  }

  /// Carries out `body`, noting `seed` for as long as it takes.
  package static func noting<Result>(seed: UInt64, _ body: () -> Result) -> Result {
    let slot = slots.take(seed)
    defer { if let slot { slots.clear(slot) } }
    return body()
  }
}

/// Seeds in flight, one a slot. All memory is there from the start, so that a handler may read it.
private final class Slots: Sendable {
  static let count = 64
  /// Bit n says whether slot n is in use.
  private let used = Atomic<UInt64>(0)
  private let seeds: [SeedSlot] = (0..<Slots.count).map { _ in SeedSlot() }

  /// `nil` where all slots are taken: then this run goes on without a note.
  func take(_ seed: UInt64) -> Int? {
    var mask = used.load(ordering: .relaxed)
    while mask != .max {
      let slot = (~mask).trailingZeroBitCount
      let attempt = used.compareExchange(
        expected: mask, desired: mask | 1 << UInt64(slot), ordering: .acquiring)
      if attempt.exchanged {
        seeds[slot].value.store(seed, ordering: .relaxed)
        return slot
      }
      mask = attempt.original
    }
    return nil
  }

  func clear(_ slot: Int) {
    used.bitwiseAnd(~(1 << UInt64(slot)), ordering: .releasing)
  }

  func writeAll() {
    let mask = used.load(ordering: .relaxed)
    for slot in 0..<Self.count where mask & 1 << UInt64(slot) != 0 {
      Self.write("powercut: died while running seed ")
      Self.writeDecimal(seeds[slot].value.load(ordering: .relaxed))
      Self.write(" (powercut fuzz … --seeds that number repeats it)\n")
    }
  }

  private static func write(_ text: StaticString) {
    _ = unsafe Glibc.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Without memory of its own: a handler must not allocate.
  private static func writeDecimal(_ value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      var digit = UInt8(ascii: "0") + UInt8(value / divisor % 10)
      _ = unsafe Glibc.write(STDERR_FILENO, &digit, 1)
      divisor /= 10
    }
  }
}

private final class SeedSlot: Sendable {
  let value = Atomic<UInt64>(0)
}
