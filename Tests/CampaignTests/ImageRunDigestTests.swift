import Bytes
import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Testing
import VHDX
import VHDXJudges

/// The three digests of crash states against the slow way: the image is built, recovered and read.
@Suite struct ImageRunDigestTests {
  @Test(arguments: [1, 2, 5, 9])
  func digestsOfARunAreThoseOfItsImages(seed: UInt64) throws {
    let plan = FuzzPlan(
      stack: StackName(image: .vhdx, profile: .exact),
      seeds: SeedRange(first: Seed(seed), last: Seed(seed)))
    let configuration = plan.configuration(for: Seed(seed))
    let history = try SimulatedRun(configuration, seed: Seed(seed)).evidence().history
    let states = StateEnumerator(history: history, tiers: [.prefix, .drop(1)], seed: seed)
      .map(\.state)
    let step = max(1, states.count / 12)
    let digester = ImageDigester(history: history, format: VHDXFormat())
    for (place, state) in states.enumerated() {
      // All of them in their order, for the digester keeps what it has seen; a part is compared.
      let digests = digester.digests(of: state)
      if place % step != 0 { continue }
      let slowly = try Self.slowly(history, state)
      #expect([digests.image, digests.recovered, digests.virtualDisk] == slowly, "\(state)")
    }
  }

  /// Of the file as it was cut, of the recovered file, of the virtual disk.
  private static func slowly(
    _ history: DiskHistory, _ state: CrashState
  ) throws -> [Digest128?] {
    let replay = Replay(history, state: state)
    var contents = SparseBytes(byteCount: replay.imageByteCount)
    replay.write { piece in
      contents.write(piece.region.bytes(in: piece.range), at: piece.imageByteOffset)
    }
    let file = MemoryImage(contents)
    let cut = contents.stateDigest
    guard Recovery().run(on: file).opens else { return [cut, nil, nil] }
    let image = try VHDXImage(reading: file)
    var disk = SparseBytes(byteCount: image.virtualDiskByteCount)
    for byteOffset in stride(from: UInt64(0), to: disk.byteCount, by: 1 << 16) {
      let range = ByteRange(
        byteOffset: byteOffset, byteCount: min(1 << 16, disk.byteCount - byteOffset))
      disk.write(try image.read(range), at: byteOffset)
    }
    return [cut, file.contents.stateDigest, disk.stateDigest]
  }
}
