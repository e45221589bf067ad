import Bytes
import Checking
import Host
import TestSupport
import VHDX
import VHDXJudges

/// One made-up dirty image, opened by the real program and by ours with its mistakes, and what the judge
/// of recoveries says of the real program.
struct RecoveryMeeting: Sendable {
  let seed: UInt64
  let theirAnswer: RecoveryPeer.Answer
  /// What the two do not agree on.
  let disagreement: String?
  let violations: [Violation]
  let changesDataWriteGUID: Bool
  /// Whether qemu-img check opens the image, and qemu-io does not.
  let opensForCheckOnly: Bool
  /// How the image came about, and what was said of it.
  let text: String

  init(_ peer: RecoveryPeer, seed: UInt64) throws {
    self.seed = seed
    let made = peer.pool.image(seed: seed)
    let ours = OpenedAsQEMU(made)
    let check = try peer.answer(made, by: .check, name: "\(seed).vhdx")
    defer { Folders.remove(check.path) }
    let guest = try peer.answer(made, by: .guest, name: "\(seed)-guest.vhdx")
    defer { Folders.remove(guest.path) }
    theirAnswer = check.answer
    text = "\(ours.outcome)\n\(made.notes.joined(separator: "\n"))\n\(check.text)\n\(guest.text)"
    disagreement =
      ours.disagreement(check, .qemuCheck).map { "qemu-img check: \($0)" }
      ?? ours.disagreement(guest, .qemu).map { "qemu-io: \($0)" }
    changesDataWriteGUID =
      OpenedAsQEMU.dataWriteGUID(of: check.image) != OpenedAsQEMU.dataWriteGUID(of: made.file)
    opensForCheckOnly = check.opens && !guest.opens
    let options = RecoveryOptions(maximumFileByteCount: made.limitByteCount)
    violations = RecoveryJudge(options).judge(
      before: made.file,
      RecoveryObservation(answer: check.observed, after: check.image))
  }
}

/// An image as our code with the mistakes of QEMU opens it.
private struct OpenedAsQEMU {
  let before: MemoryImage
  let after: OverlayImage
  let outcome: RecoveryOutcome

  init(_ made: DirtyImage) {
    before = made.file
    after = OverlayImage(before)
    let options = RecoveryOptions(maximumFileByteCount: made.limitByteCount)
    outcome = Recovery(profile: .qemu7222, options: options).run(on: after)
  }

  static func dataWriteGUID(of file: any ImageFile) -> GUID? {
    try? HeaderPair(reading: file).current(.qemu, fileByteCount: file.byteCount)
      .header.dataWriteGUID
  }

  func disagreement(_ theirs: RecoveryPeer.Reply, _ options: ImageReadingOptions) -> String? {
    let answer = RecoveryPeer.Answer(outcome)
    if (answer == .neverEnds) != (theirs.answer == .neverEnds) {
      return "we say \(answer), they say \(theirs.answer)"
    }
    if theirs.answer == .neverEnds { return nil }
    if (answer == .recovers) != (theirs.answer == .recovers) {
      return "we say \(answer), they say \(theirs.answer)"
    }
    let error = outcome.opens ? openingError(options) : nil
    if (outcome.opens && error == nil) != theirs.opens {
      return "it \(theirs.opens ? "opens" : "is refused"), and our error is \(error as Any)"
    }
    if Self.dataWriteGUID(of: after) == Self.dataWriteGUID(of: before),
      Self.dataWriteGUID(of: theirs.image) != Self.dataWriteGUID(of: before)
    {
      return "they change DataWriteGuid"
    }
    guard after.byteCount == theirs.image.byteCount else {
      return "lengths \(after.byteCount) and \(theirs.image.byteCount)"
    }
    return firstDifference(theirs.image).map { "other bytes from \($0) on" }
  }

  /// Why the image is refused once its log is dealt with. The program looks at the file identifier once,
  /// before it replays.
  private func openingError(_ options: ImageReadingOptions) -> FormatError? {
    let file = OverlayImage(after)
    let identifier = ByteRange(byteOffset: 0, byteCount: min(4096, before.byteCount))
    file.write(before.read(identifier), at: 0)
    do throws(FormatError) {
      if outcome == .openedWithoutReplay { try Self.clear(file) }
      _ = try VHDXImage(reading: file, options: options)
      return nil
    } catch {
      return error
    }
  }

  /// The program goes on with a log that it could not replay as if there were none.
  private static func clear(_ file: OverlayImage) throws(FormatError) {
    let write = try HeaderPair(reading: file).updated(
      HeaderChange(logGUID: .zero), options: .qemu, fileByteCount: file.byteCount)
    file.write(write.bytes, at: write.byteOffset)
  }

  /// Where the first page from 1 MiB on stands that is not the same.
  private func firstDifference(_ other: any ImageFile) -> UInt64? {
    let page = UInt64(SparseBytes.pageByteCount)
    let end = min(after.byteCount, other.byteCount)
    var start: UInt64 = 1 << 20
    while start < end {
      let range = ByteRange(byteOffset: start, byteCount: min(page, end - start))
      if Checksum.xxh3Wide(after.read(range)) != Checksum.xxh3Wide(other.read(range)) {
        return start
      }
      start += page
    }
    return nil
  }
}
