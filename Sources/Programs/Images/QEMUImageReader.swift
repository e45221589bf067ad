import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Stacks

/// Opens crash states with the real qemu-img: checks and repairs, then reads the virtual disk.
///
/// Leaks are no damage: clusters that nothing refers to cost space only.
struct QEMUImageReader: Sendable {
  let format: String
  let program: String
  private let folder: TemporaryFolder

  private static let corruptStatus: Int32 = 2
  private static let usualTimeLimit = Duration.seconds(30)
  private let timeLimit: Duration

  init(
    format: String, program: String, timeLimit: Duration = usualTimeLimit
  ) throws(HostError) {
    self.format = format
    self.program = program
    self.timeLimit = timeLimit
    folder = try TemporaryFolder(prefix: "powercut-states", prefersMemory: true)
  }

  func read(_ image: StateImage) -> OpaqueAnswer {
    let path = folder.path("state.img")
    let disk = folder.path("disk.raw")
    do {
      try write(image, to: path)
      let before = try run(["check", "-q", "-f", format, path])
      // A program that never ends has not opened it either.
      if before.status == .timedOut {
        return .refused(rule: .d09, reason: "qemu-img check runs for more than \(timeLimit)")
      }
      if before.status == .exited(Self.corruptStatus) {
        return .refused(
          rule: .x03, reason: "qemu-img check calls it damaged: \(Self.words(before))")
      }
      let opened = try run(["convert", "-f", format, "-O", "raw", path, disk])
      guard opened.status == .exited(0) else {
        return .refused(rule: .d09, reason: "the image does not open: \(Self.words(opened))")
      }
      return .opened(try SparseBytes(reading: disk))
    } catch {
      return .unanswered(reason: "\(error)")
    }
  }

  /// - Throws: where the program cannot be started, or fails with no space to write to: none of this is the
  ///   state's doing.
  private func run(_ words: [String]) throws(HostError) -> ChildProcess.Outcome {
    let outcome = try ChildProcess.run(
      argv: [program] + words, environment: ["LC_ALL": "C"], timeLimit: timeLimit,
      keptByteCount: 4096)
    if outcome.status != .exited(0), let shortage = FreeSpace.shortage(at: folder.path) {
      throw shortage
    }
    return outcome
  }

  private func write(_ image: StateImage, to path: String) throws(HostError) {
    Folders.remove(path)
    let file = try SparseImageFile(path, byteCount: image.byteCount)
    var byteOffset: UInt64 = 0
    while byteOffset < image.byteCount {
      let zeroCount = image.knownZeroByteCount(at: byteOffset)
      if zeroCount > 0 {
        byteOffset += zeroCount
        continue
      }
      let count = min(UInt64(1) << 16, image.byteCount - byteOffset)
      let bytes = image.read(ByteRange(byteOffset: byteOffset, byteCount: count))
      try file.write(bytes, at: byteOffset)
      byteOffset += count
    }
    try file.finishForShortUse()
  }

  private static func words(_ outcome: ChildProcess.Outcome) -> String {
    let text = (outcome.errorText + outcome.outputText).split(separator: "\n").first ?? ""
    return "\(outcome.status) \(text)"
  }
}
