import Bytes
import Checking
import Host
import VHDX

/// One made-up dirty image, recovered by the real program and by ours with its mistakes, and what the
/// judge of recoveries says of the real program.
struct RecoveryMeeting: Sendable {
  let seed: UInt64
  let theirAnswer: RecoveryPeer.Answer
  /// What the two do not agree on.
  let disagreement: String?
  let violations: [Violation]
  let changesDataWriteGUID: Bool
  /// Whether qemu-img check opens what was recovered, and qemu-io does not.
  let opensForCheckOnly: Bool
  /// How the image came about, and what was said of it.
  let text: String

  init(_ peer: RecoveryPeer, seed: UInt64) throws {
    self.seed = seed
    let made = peer.pool.image(seed: seed)
    let image = made.file
    let ours = OverlayImage(image)
    let options = RecoveryOptions(maximumFileByteCount: made.limitByteCount)
    let outcome = Recovery(profile: .qemu7222, options: options).run(on: ours)
    let theirs = try peer.answer(made, name: "\(seed).vhdx")
    theirAnswer = theirs.answer
    text = "\(outcome)\n\(made.notes.joined(separator: "\n"))\n\(theirs.text)"
    disagreement = Self.disagreement(outcome, ours, theirs, before: image)
    changesDataWriteGUID =
      Self.dataWriteGUID(of: theirs.image) != Self.dataWriteGUID(of: image)
    opensForCheckOnly = theirs.answer == .recovers && theirs.opens && theirs.guestOpens == false
    violations = RecoveryJudge(options).judge(
      before: image,
      RecoveryObservation(answer: theirs.observed, after: theirs.image))
  }

  private static func dataWriteGUID(of file: any ImageFile) -> GUID? {
    try? HeaderPair(reading: file).current(.qemu, fileByteCount: file.byteCount)
      .header.dataWriteGUID
  }

  private static func disagreement(
    _ outcome: RecoveryOutcome, _ ours: OverlayImage, _ theirs: RecoveryPeer.Reply,
    before: any ImageFile
  ) -> String? {
    guard RecoveryPeer.Answer(outcome) == theirs.answer else {
      return "we say \(RecoveryPeer.Answer(outcome)), they say \(theirs.answer)"
    }
    if theirs.answer == .neverEnds { return nil }
    if theirs.answer == .recovers {
      let check = openingError(ours, identifiedBy: before, .qemuCheck)
      guard (check == nil) == theirs.opens else { return "qemu-img check: \(check as Any)" }
      let guest = openingError(ours, identifiedBy: nil, .qemu)
      guard (guest == nil) == theirs.guestOpens else { return "qemu-io: \(guest as Any)" }
    }
    if dataWriteGUID(of: ours) == dataWriteGUID(of: before),
      dataWriteGUID(of: theirs.image) != dataWriteGUID(of: before)
    {
      return "they change DataWriteGuid"
    }
    guard ours.byteCount == theirs.image.byteCount else {
      return "lengths \(ours.byteCount) and \(theirs.image.byteCount)"
    }
    return firstDifference(ours, theirs.image).map { "other bytes from \($0) on" }
  }

  /// Why the image that recovery leaves is refused all the same: a target hit what it is made of.
  ///
  /// - Parameter before: the file as the program found it, which looks at the file identifier once, before
  ///   it replays; `nil` for one that opens what another has recovered.
  private static func openingError(
    _ recovered: OverlayImage, identifiedBy before: (any ImageFile)?, _ options: ImageReadingOptions
  ) -> FormatError? {
    let file = OverlayImage(recovered)
    if let before { file.write(before.read(ByteRange(byteOffset: 0, byteCount: 4096)), at: 0) }
    do throws(FormatError) {
      _ = try VHDXImage(reading: file, options: options)
      return nil
    } catch {
      return error
    }
  }

  /// Where the first page from 1 MiB on stands that is not the same.
  private static func firstDifference(
    _ one: any ImageFile, _ two: any ImageFile
  ) -> UInt64? {
    let page = UInt64(SparseBytes.pageByteCount)
    let end = min(one.byteCount, two.byteCount)
    var start: UInt64 = 1 << 20
    while start < end {
      let range = ByteRange(byteOffset: start, byteCount: min(page, end - start))
      if Checksum.xxh3Wide(one.read(range)) != Checksum.xxh3Wide(two.read(range)) { return start }
      start += page
    }
    return nil
  }
}
