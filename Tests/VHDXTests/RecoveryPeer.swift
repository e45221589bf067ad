import Bytes
import Checking
import Glibc
import Host
import TestSupport
import VHDX
import VHDXJudges

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

  /// Which of the programs opens the image, each in a way of its own.
  enum Opener {
    case check
    /// As qemu-nbd and a virtual machine do.
    case guest

    var command: String {
      switch self {
      case .check: "qemu-img check -r all -f vhdx"
      case .guest: "qemu-io -f vhdx -c 'read 0 512'"
      }
    }
  }

  /// What the program did to an image, and the file that it left.
  struct Reply {
    var answer: Answer
    /// Whether the image was in use afterwards.
    var opens: Bool
    var path: String
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

  /// What a program does to the image, and the file that it leaves, which is the caller's to remove.
  func answer(_ made: DirtyImage, by opener: Opener, name: String) throws -> Reply {
    let path = folder.path(name)
    try DirtyImagePool.write(made.file, to: path)
    let script = """
      trap '' XFSZ; ulimit -f \(made.limitByteCount >> 10)
      ulimit -t \(Self.limitSeconds); exec \(opener.command) "$0"
      """
    let outcome = try ChildProcess.run(
      argv: ["bash", "-c", script, path], environment: ["LC_ALL": "C"], timeLimit: .seconds(60))
    let left = RegionImage(try MappedFile.map(path))
    // A block that the image opened with may still be one that cannot be read.
    let opens =
      switch opener {
      case .check: outcome.status != .exited(1)
      case .guest: outcome.status == .exited(0) || !outcome.errorText.contains("can't open")
      }
    let answer: Answer
    switch outcome.status {
    case .timedOut, .signalled(SIGXCPU), .signalled(SIGKILL): answer = .neverEnds
    case .exited:
      let isReplayed = Self.isDirty(made.file) == true && Self.isDirty(left) == false
      answer = isReplayed ? .recovers : opens ? .opens : .refuses
    case .signalled: throw PeerDeath(text: "\(outcome.status)")
    }
    return Reply(
      answer: answer, opens: opens, path: path, image: left,
      text: "\(outcome.status) \(outcome.errorText)")
  }

  struct PeerDeath: Error { var text: String }

  /// `nil` where no header says.
  private static func isDirty(_ file: any ImageFile) -> Bool? {
    let current = try? HeaderPair(reading: file).current(.qemu, fileByteCount: file.byteCount)
    return current.map { !$0.header.logGUID.isZero }
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
