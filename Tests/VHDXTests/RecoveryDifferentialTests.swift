import Bytes
import Host
import Testing
import VHDX

/// Our recovery with the mistakes of QEMU 7.2.22 and the real program agree on made-up dirty images.
@Suite struct RecoveryDifferentialTests {
  private static let peer = Result { try RecoveryPeer() }

  private static let seedCount: UInt64 =
    Environment.value("POWERCUT_RECOVERY_SEEDS").flatMap(UInt64.init) ?? 300
  private static let firstSeed: UInt64 =
    Environment.value("POWERCUT_RECOVERY_FIRST").flatMap(UInt64.init) ?? 1

  @Test(arguments: 0..<UInt64(4))
  func theRealProgramAgrees(quarter: UInt64) throws {
    let peer = try Self.peer.get()
    var tally: [String: Int] = [:]
    for seed in Self.firstSeed..<Self.firstSeed + Self.seedCount where seed % 4 == quarter {
      let (made, image) = try peer.makeCase(seed: seed)
      let ours = OverlayImage(image)
      let outcome = Recovery(
        profile: .qemu7222,
        options: RecoveryOptions(maximumFileByteCount: RecoveryPeer.limitByteCount)
      ).run(on: ours)
      let theirs = try peer.answer(made, name: "\(seed).vhdx")
      tally["\(theirs.answer)", default: 0] += 1
      let notes = "seed \(seed): \(outcome)\n\(made.notes.joined(separator: "\n"))\n\(theirs.text)"
      #expect(RecoveryPeer.Answer(outcome) == theirs.answer, "\(notes)")
      guard theirs.answer != .neverEnds, RecoveryPeer.Answer(outcome) == theirs.answer else {
        continue
      }
      if theirs.answer == .recovers {
        let reason = openingError(ours, identifiedBy: image)
        #expect((reason == nil) == theirs.opens, "\(reason as Any) \(notes)")
      }
      #expect(ours.byteCount == theirs.image.byteCount, "\(notes)")
      #expect(firstDifference(ours, theirs.image) == nil, "\(notes)")
    }
    if Environment.value("POWERCUT_RECOVERY_SEEDS") != nil {
      print("answers: \(tally.sorted { $0.key < $1.key })")
    }
  }

  /// Why the image that recovery leaves is refused all the same: a target hit what it is made of.
  private func openingError(
    _ file: OverlayImage, identifiedBy before: any ImageFile
  ) -> FormatError? {
    // The program looks at the file identifier once, before it replays.
    let file = OverlayImage(file)
    file.write(before.read(ByteRange(byteOffset: 0, byteCount: 4096)), at: 0)
    // Garbage in the block table is for the check to report there; it does not stop an opening.
    var options = ImageReadingOptions.qemu
    options.blockTable = .whenRead
    do throws(FormatError) {
      _ = try VHDXImage(reading: file, options: options)
      return nil
    } catch {
      return error
    }
  }

  /// Where the first page from 1 MiB on stands that is not the same.
  private func firstDifference(_ one: any ImageFile, _ two: any ImageFile) -> UInt64? {
    let page = UInt64(SparseBytes.pageByteCount)
    let end = min(one.byteCount, two.byteCount)
    var start: UInt64 = 1 << 20
    while start < end {
      let range = ByteRange(byteOffset: start, byteCount: min(page, end - start))
      if one.read(range) != two.read(range) { return start }
      start += page
    }
    return nil
  }
}
