import Glibc

/// Functions of the C library that its headers show only to programs that define `_GNU_SOURCE`,
/// which Swift's module of it does not. They are looked up by name.
enum GNUFunctions {
  /// Sets the folder that a program will be started in.
  @unsafe static func addWorkingDirectory(
    _ path: String, to actions: UnsafeMutablePointer<posix_spawn_file_actions_t>
  ) -> Int32 {
    typealias Function =
      @convention(c) (
        UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>
      ) -> Int32
    guard let symbol = unsafe dlsym(nil, "posix_spawn_file_actions_addchdir_np") else {
      return ENOSYS
    }
    return unsafe unsafeBitCast(symbol, to: Function.self)(actions, path)
  }

  /// A pipe whose ends no program inherits that another thread starts meanwhile.
  ///
  /// - Returns: 0, or -1 with `errno`.
  static func pipe(_ ends: inout [Int32]) -> Int32 {
    typealias Function = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
    guard let symbol = unsafe dlsym(nil, "pipe2") else {
      errno = ENOSYS
      return -1
    }
    return unsafe unsafeBitCast(symbol, to: Function.self)(&ends, O_CLOEXEC)
  }

  /// A descriptor that can be read from once a process has ended, and that no program inherits.
  ///
  /// - Returns: -1 where there is none.
  static func processDescriptor(_ processID: pid_t) -> Int32 {
    typealias Function = @convention(c) (pid_t, UInt32) -> Int32
    guard let symbol = unsafe dlsym(nil, "pidfd_open") else { return -1 }
    return unsafe unsafeBitCast(symbol, to: Function.self)(processID, 0)
  }

  /// Sets this thread's execution domain, and returns the one before; `nil` where that is refused.
  static func personality(_ value: UInt) -> UInt? {
    typealias Function = @convention(c) (UInt) -> Int32
    guard let symbol = unsafe dlsym(nil, "personality") else { return nil }
    let before = unsafe unsafeBitCast(symbol, to: Function.self)(value)
    return before < 0 ? nil : UInt(before)
  }

  /// The processors of the calling thread, a bit each.
  ///
  /// - Returns: 0, or -1 with `errno`.
  static func affinity(_ words: inout [UInt]) -> Int32 {
    typealias Function = @convention(c) (pid_t, Int, UnsafeMutablePointer<UInt>) -> Int32
    guard let symbol = unsafe dlsym(nil, "sched_getaffinity") else { return -1 }
    let byteCount = words.count * MemoryLayout<UInt>.size
    return unsafe unsafeBitCast(symbol, to: Function.self)(0, byteCount, &words)
  }

  /// Sets the processors of the calling thread.
  ///
  /// - Returns: 0, or -1 with `errno`.
  static func setAffinity(_ words: [UInt]) -> Int32 {
    typealias Function = @convention(c) (pid_t, Int, UnsafePointer<UInt>) -> Int32
    guard let symbol = unsafe dlsym(nil, "sched_setaffinity") else { return -1 }
    let byteCount = words.count * MemoryLayout<UInt>.size
    return unsafe unsafeBitCast(symbol, to: Function.self)(0, byteCount, words)
  }

  /// Gives the blocks of a range back to the file system; the range then reads as zeroes.
  ///
  /// - Returns: 0, or -1 with `errno`.
  static func punchHole(_ descriptor: Int32, byteOffset: UInt64, byteCount: UInt64) -> Int32 {
    // FALLOC_FL_KEEP_SIZE and FALLOC_FL_PUNCH_HOLE of linux/falloc.h.
    allocate(descriptor, mode: 0x01 | 0x02, byteOffset: byteOffset, byteCount: byteCount)
  }

  /// Makes a range read as zeroes that keeps its blocks.
  ///
  /// - Returns: 0, or -1 with `errno`.
  static func zeroRange(_ descriptor: Int32, byteOffset: UInt64, byteCount: UInt64) -> Int32 {
    // FALLOC_FL_KEEP_SIZE and FALLOC_FL_ZERO_RANGE.
    allocate(descriptor, mode: 0x01 | 0x10, byteOffset: byteOffset, byteCount: byteCount)
  }

  private static func allocate(
    _ descriptor: Int32, mode: Int32, byteOffset: UInt64, byteCount: UInt64
  ) -> Int32 {
    typealias Function = @convention(c) (Int32, Int32, off_t, off_t) -> Int32
    guard let symbol = unsafe dlsym(nil, "fallocate") else {
      errno = EOPNOTSUPP
      return -1
    }
    return unsafe unsafeBitCast(symbol, to: Function.self)(
      descriptor, mode, off_t(byteOffset), off_t(byteCount))
  }
}
