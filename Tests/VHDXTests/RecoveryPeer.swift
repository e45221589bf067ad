import Bytes
import Checking
import Glibc
import Host
import TestSupport
import VHDX

/// SplitMix64, so that a seed names a dirty image.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed &* 0x9e37_79b9_7f4a_7c15 ^ 0x5851_f42d_4c95_7f2d
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// The real program's recovery of made-up dirty images, beside ours.
final class RecoveryPeer: Sendable {
  /// How long a file can get: kept small, so that nothing fills the disk.
  static let limitByteCount: UInt64 = 48 << 20

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
  /// A clean image of 64 MiB with blocks of 1 MiB, as qemu-img creates it.
  let base: SparseBytes
  private let baseBytes: [UInt8]

  init() throws {
    folder = try TemporaryFolder(prefix: "recovery")
    let path = folder.path("base.vhdx")
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=dynamic", path, "64M",
    ])
    baseBytes = try InputFile.bytes(path)
    var base = SparseBytes(byteCount: UInt64(baseBytes.count))
    base.write(baseBytes, at: 0)
    self.base = base
  }

  func makeCase(seed: UInt64) throws -> (RecoveryCase, MemoryImage) {
    let file = MemoryImage(base)
    let current = try HeaderPair(reading: file).current(fileByteCount: file.byteCount)
    var generator = RecoveryCaseGenerator(
      base: current, baseByteCount: base.byteCount, limitByteCount: Self.limitByteCount,
      random: SeededNumbers(seed: seed))
    var made = generator.next()
    made.writes += try blockEntries(seed: seed)
    made.apply(to: file)
    return (made, file)
  }

  /// A few entries of the block table, in half of the cases: blocks that end behind the file as it is, or
  /// as a replay leaves it, blocks on structures, and states without a block. From numbers of their own,
  /// so that the logs of a seed stay what they are.
  private func blockEntries(seed: UInt64) throws -> [(byteOffset: UInt64, bytes: [UInt8])] {
    var random = SeededNumbers(seed: ~seed)
    guard Bool.random(using: &random) else { return [] }
    let tables = RegionTablePair(reading: MemoryImage(base))
    guard let table = try tables.current().entry(RegionEntry.blockTableGUID) else { return [] }
    return (0..<Int.random(in: 1...3, using: &random)).map { _ in
      let block = UInt64.random(in: 0..<64, using: &random)
      let near = UInt64.random(in: 6...24, using: &random)
      let far: [UInt64] = [0, 1, 2, 3, 47, 48, 1 << 20, 1 << 43, (1 << 44) - 1]
      let mebibyte =
        Int.random(in: 0..<4, using: &random) == 0 ? far.randomElement(using: &random) ?? 0 : near
      let states: [UInt64] = [6, 6, 6, 6, 6, 7, 3, 2, 1]
      let state = states.randomElement(using: &random) ?? 6
      let entry = mebibyte << 20 | state
      return (
        table.byteOffset + 8 * block, (0..<8).map { UInt8(truncatingIfNeeded: entry >> ($0 * 8)) }
      )
    }
  }

  /// What the program does to the image, and the file that it leaves.
  func answer(
    _ made: RecoveryCase, name: String
  ) throws -> Reply {
    let path = folder.path(name)
    try write(made, to: path)
    let script = """
      trap '' XFSZ; ulimit -f \(Self.limitByteCount >> 10)
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

  /// Plain writes of what is known not to be zero: looking for zeroes takes a debug build long.
  private func write(_ made: RecoveryCase, to path: String) throws {
    let descriptor = unsafe open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
    guard descriptor >= 0 else { throw PeerDeath(text: "no file \(path)") }
    defer { close(descriptor) }
    for (byteOffset, bytes) in [(0, baseBytes)] + made.writes {
      let written = unsafe bytes.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(byteOffset))
      }
      guard written == bytes.count else { throw PeerDeath(text: "short write to \(path)") }
    }
  }

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
