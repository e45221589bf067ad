import Bytes
import Host
import LogOracle
import TestSupport
import Testing
import VHDX

/// Our recovery, the one that judges it, and a third one in Python: over made-up dirty images all three
/// say the same, and leave the same bytes from 192 KiB on.
@Suite struct ThreeRecoveriesTests {
  private static let program = Repository.path("Tests/Oracle/vhdx_replay.py")
  private static let firstByteOffset: UInt64 = 192 << 10
  /// How many images are made before Python is started for them.
  private static let batchCount = 25

  @Test func threeRecoveriesAgreeOnMadeUpImages() throws {
    let pool = try DirtyImagePool()
    let folder = try TemporaryFolder(prefix: "oracle")
    let seeds = DirtyImagePool.seeds
    let batches = Array(
      stride(from: seeds.lowerBound, through: seeds.upperBound, by: Self.batchCount))
    var counts: [String: Int] = [:]
    try WorkerPool(jobCount: Processors.count).run(
      indexCount: batches.count,
      work: { index in
        Result {
          let last = min(batches[index] + UInt64(Self.batchCount) - 1, seeds.upperBound)
          return try Self.meet(batches[index]...last, pool, folder)
        }
      },
      consume: { _, result in
        for meeting in try result.get() {
          counts[meeting.verdict, default: 0] += 1
          #expect(
            meeting.disagreement == nil,
            "\(meeting.disagreement ?? "") in seed \(meeting.seed): \(meeting.notes)")
        }
        return true
      })
    print("verdicts: \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
    // Images of every kind were among them.
    #expect(counts.keys.contains("clean") && counts.keys.contains("replayed"))
    #expect(counts.keys.contains("refused R02") && counts.keys.contains("refused R03"))
  }

  struct Meeting: Sendable {
    var seed: UInt64
    var verdict: String
    var disagreement: String?
    var notes: String
  }

  private static func meet(
    _ seeds: ClosedRange<UInt64>, _ pool: DirtyImagePool, _ folder: TemporaryFolder
  ) throws -> [Meeting] {
    let images = seeds.map { (seed: $0, image: pool.image(seed: $0)) }
    var input = ""
    for (seed, image) in images {
      let path = folder.path("\(seed).vhdx")
      try DirtyImagePool.write(image.file, to: path)
      input += "\(image.limitByteCount) \(path)\n"
    }
    let answers = try Peer.python.run([program], input: Array(input.utf8))
      .split(separator: "\n").map(String.init)
    try #require(answers.count == images.count)
    return try zip(images, answers).map { made, answer in
      let path = folder.path("\(made.seed).vhdx")
      defer { Folders.remove(path) }
      let left = RegionImage(try MappedFile.map(path))
      return Meeting(
        seed: made.seed, verdict: answer.hasPrefix("replayed") ? "replayed" : answer,
        disagreement: disagreement(made.image, answer, left),
        notes: made.image.notes.joined(separator: "\n"))
    }
  }

  private static func disagreement(
    _ image: DirtyImage, _ python: String, _ left: RegionImage
  ) -> String? {
    let options = RecoveryOptions(maximumFileByteCount: image.limitByteCount)
    let ours = OverlayImage(image.file)
    let outcome = Recovery(options: options).run(on: ours)
    let oracle = OracleReplay(
      OracleImage(byteCount: image.file.byteCount, contents: image.file.read),
      limits: OracleReplay.Limits(
        fileByteCount: image.limitByteCount, dataByteCount: options.maximumDataByteCount,
        descriptorCount: options.maximumDescriptorCount))
    let second = text(of: oracle.verdict)
    if second != python { return "the oracle says \(second), Python says \(python)" }
    if !agrees(outcome, oracle.verdict) { return "the oracle says \(second), we say \(outcome)" }
    if left.byteCount != ours.byteCount || left.byteCount != oracle.byteCount {
      return "lengths: ours \(ours.byteCount), the oracle's \(oracle.byteCount), Python's "
        + "\(left.byteCount)"
    }
    return difference(image.file, ours, oracle, left)
  }

  /// Compares the three files, sector by sector where something can have changed.
  private static func difference(
    _ before: MemoryImage, _ ours: OverlayImage, _ oracle: OracleReplay, _ left: RegionImage
  ) -> String? {
    var start = firstByteOffset
    while start < left.byteCount {
      let count = min(OracleLog.sectorByteCount, left.byteCount - start)
      let range = ByteRange(byteOffset: start, byteCount: count)
      let theirs = left.read(range)
      let first = ours.read(range)
      if Checksum.xxh3(first) != Checksum.xxh3(theirs) {
        return "our byte \(start) is not Python's"
      }
      let second = oracle.sector(at: start) ?? before.padded(range)
      if Checksum.xxh3([UInt8](second.prefix(Int(count)))) != Checksum.xxh3(theirs) {
        return "the oracle's byte \(start) is not Python's"
      }
      let isEmpty = ours.knownZeroByteCount(at: start) > 64 << 10
      let skipped = isEmpty ? min(left.knownZeroByteCount(at: start), 1 << 20) : 0
      start += max(OracleLog.sectorByteCount, skipped / 4096 * 4096)
    }
    return nil
  }

  private static func agrees(_ ours: RecoveryOutcome, _ oracle: OracleReplay.Verdict) -> Bool {
    switch (ours, oracle) {
    case (.notNeeded, .notNeeded): true
    case (.recovered(let summary), .replayed(let entries)):
      summary.tailSequenceNumber == entries.first?.sequenceNumber
        && summary.headSequenceNumber == entries.last?.sequenceNumber
    case (.refused(.header), .refused(let refusal)): refusal.kind == .header
    case (.refused(.noActiveSequence), .refused(let refusal)): refusal.kind == .noActiveSequence
    case (.refused(.truncated), .refused(let refusal)): refusal.kind == .truncated
    case (.refused(.tooLong), .beyondLimits), (.refused(.numbersUsedUp), .beyondLimits): true
    default: false
    }
  }

  private static func text(of verdict: OracleReplay.Verdict) -> String {
    switch verdict {
    case .notNeeded: "clean"
    case .replayed(let entries):
      "replayed \(entries[0].sequenceNumber) \(entries[entries.count - 1].sequenceNumber)"
    case .refused(let refusal): "refused \(refusal.rule)"
    case .beyondLimits: "beyond"
    }
  }
}

extension MemoryImage {
  /// The bytes of a range, zeroes after the end of the file.
  fileprivate func padded(_ range: ByteRange) -> [UInt8] {
    let end = min(range.endByteOffset, byteCount)
    let start = min(range.byteOffset, end)
    let bytes = read(ByteRange(byteOffset: start, byteCount: end - start))
    return bytes + [UInt8](repeating: 0, count: Int(range.byteCount) - bytes.count)
  }
}
