import Bytes
import Glibc
import Host

/// Whether a file can stand for what a recording does not keep of it: who reads the recording has to find out surely
/// whether it was changed since.
enum LentSettlement {
  /// Clocks of files go on in steps of up to 10 ms. A change in the step of the last one would have the same time.
  private static let stepNanoseconds: Int64 = 20_000_000

  /// The list that says so; `nil` where the file is another one by now, where somebody has it open to write to it, or
  /// where nearly all is kept anyway.
  ///
  /// - Throws: ``HostError`` where the file cannot be looked at.
  static func list(_ contents: LentContents, at path: FilePath) throws -> LentFile? {
    guard contents.isWorthLending, try path.withText({ contents.isFile(at: $0) }) else {
      return nil
    }
    // Without a writer, a later change begins with an open and gives the file another time, once a step is over.
    if contents.hasWriters { return nil }
    let before = try LentFile.Identity(of: path)
    guard waitForStep(behind: before.changedTime) else { return nil }
    guard try LentFile.Identity(of: path) == before, !contents.hasWriters else { return nil }
    return LentFile(
      path, before, byteCount: contents.byteCount, kept: contents.keptRanges)
  }

  /// Sleeps until the clock of files has gone on; says whether it has.
  private static func waitForStep(behind changed: Int64) -> Bool {
    for _ in 0..<50 {
      var now = timespec()
      _ = unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
      let age = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - changed
      if age > stepNanoseconds { return true }
      usleep(1_000)
    }
    return false
  }
}
