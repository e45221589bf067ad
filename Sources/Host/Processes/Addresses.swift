/// Where programs that this thread starts have their memory: at places drawn anew for each, or not.
enum Addresses {
  // ADDR_NO_RANDOMIZE of sys/personality.h.
  private static let notRandom: UInt = 0x0040000

  /// Returns what to restore; `nil` where the kernel or a container does not allow it.
  static func fix() -> UInt? {
    guard let before = GNUFunctions.personality(0xffff_ffff),
      GNUFunctions.personality(before | notRandom) != nil
    else { return nil }
    return before
  }

  static func restore(_ before: UInt) {
    _ = GNUFunctions.personality(before)
  }
}
