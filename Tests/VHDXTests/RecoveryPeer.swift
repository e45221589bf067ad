import Bytes
import Checking
import Glibc
import Host
import TestSupport
import VHDX

/// The real program's recovery of made-up dirty images, beside ours.
final class RecoveryPeer: Sendable {
  /// How much processor time counts as for ever. An answer takes some hundredths of a second; time by
  /// the wall would depend on what else the machine does.
  static let limitSeconds = 2

  enum Answer: String, Equatable {
    case opens
    case recovers
    case refuses
    case neverEnds
  }

  /// What the program did to an image, and the file that it left.
  struct Reply {
    var answer: Answer
    /// Whether the image was in use afterwards.
    var opens: Bool
    /// Whether qemu-io, which opens as a guest does, reads from what was recovered; `nil` where nothing was.
    var guestOpens: Bool?
    var image: RegionImage
    var text: String

    /// As the judge of recoveries sees it.
    var observed: RecoveryObservation.Answer {
      switch answer {
      // A recovered image that is refused for what its structures then hold was recovered.
      case .opens, .recovers: .opened
      case .refuses: .refused("qemu-img check -r all exits with 1")
      case .neverEnds: .neverEnded
      }
    }
  }

  let folder: TemporaryFolder
  let pool: DirtyImagePool

  init() throws {
    folder = try TemporaryFolder(prefix: "recovery")
    pool = try DirtyImagePool()
  }

  /// What the program does to the image, and the file that it leaves.
  func answer(
    _ made: DirtyImage, name: String
  ) throws -> Reply {
    let path = folder.path(name)
    try DirtyImagePool.write(made.file, to: path)
    let script = """
      trap '' XFSZ; ulimit -f \(made.limitByteCount >> 10)
      ulimit -t \(Self.limitSeconds); exec qemu-img check -r all -f vhdx "$0"
      """
    let outcome = try ChildProcess.run(
      argv: ["bash", "-c", script, path], environment: ["LC_ALL": "C"], timeLimit: .seconds(60))
    let left = RegionImage(try MappedFile.map(path))
    defer { Folders.remove(path) }
    let answer: Answer
    switch outcome.status {
    case .timedOut, .signalled(SIGXCPU), .signalled(SIGKILL): answer = .neverEnds
    case .exited(let code):
      let isCleared = Self.isCleared(left)
      answer = isCleared ? .recovers : code == 1 ? .refuses : .opens
    case .signalled: throw PeerDeath(text: "\(outcome.status)")
    }
    return Reply(
      answer: answer, opens: outcome.status != .exited(1),
      guestOpens: answer == .recovers ? try guestOpens(path) : nil, image: left,
      text: "\(outcome.status) \(outcome.errorText)")
  }

  private func guestOpens(_ path: String) throws -> Bool {
    let outcome = try ChildProcess.run(
      argv: ["qemu-io", "-f", "vhdx", "-c", "read 0 512", path], environment: ["LC_ALL": "C"],
      timeLimit: .seconds(60))
    // A block that it opened with may still be one that cannot be read.
    return outcome.status == .exited(0) || !outcome.errorText.contains("can't open")
  }

  struct PeerDeath: Error { var text: String }

  private static func isCleared(_ file: RegionImage) -> Bool {
    let current = try? HeaderPair(reading: file).current(.qemu, fileByteCount: file.byteCount)
    return current?.header.logGUID.isZero ?? false
  }
}

extension RecoveryPeer.Answer {
  init(_ outcome: RecoveryOutcome) {
    switch outcome {
    case .notNeeded, .openedWithoutReplay: self = .opens
    case .recovered: self = .recovers
    case .refused: self = .refuses
    case .neverEnds: self = .neverEnds
    }
  }
}
