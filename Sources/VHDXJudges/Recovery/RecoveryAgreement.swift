import Bytes
import Checking
import VHDX

/// X02 and X04: what a command made of an image, beside what our recovery makes of it.
///
/// Judged where the command accepted the image and changed its copy, unless the copy still has a log to
/// replay: then the command did not recover it. A command that refuses what our recovery opens is
/// told by X03. The first MiB is left out, for each recovery puts fresh GUIDs into the headers.
struct RecoveryAgreement {
  private static let firstComparedByteOffset: UInt64 = 1 << 20
  private static let shownByteCount: UInt64 = 16

  let command: ImageCommand
  let recovery: RecoveryProfile

  /// - Parameters:
  ///   - image: as the command got it.
  ///   - left: as the command left it.
  /// - Returns: `nil` where there is nothing to compare.
  func judge(_ image: any ImageFile, left: any ImageFile) -> [Violation]? {
    guard LogStanding(of: left) != .dirty, isChanged(image, left) else { return nil }
    let ours = OverlayImage(image)
    let outcome = Recovery(profile: recovery).run(on: ours)
    if !outcome.opens {
      return [
        Violation(
          by: .recoveryAgreement, .x02,
          "'\(command)' repairs an image that our recovery (\(recovery.name)) refuses",
          evidence: [Self.reason(outcome)])
      ]
    }
    return difference(ours, left).map { [$0] } ?? []
  }

  private static func reason(_ outcome: RecoveryOutcome) -> String {
    if case .refused(let refusal) = outcome { return "our recovery: \(refusal)" }
    return "our recovery never ends"
  }

  private func isChanged(_ image: any ImageFile, _ left: any ImageFile) -> Bool {
    image.byteCount != left.byteCount
      || FileDifference.firstByteOffset(image, left, from: 0) != nil
  }

  private func difference(_ ours: OverlayImage, _ left: any ImageFile) -> Violation? {
    let place = FileDifference.firstByteOffset(ours, left, from: Self.firstComparedByteOffset)
    guard place != nil || ours.byteCount != left.byteCount else { return nil }
    var evidence = [
      "the command's file has \(left.byteCount) bytes, that of our recovery \(ours.byteCount)"
    ]
    guard let place else {
      return Violation(
        by: .recoveryAgreement, .x04,
        "'\(command)' leaves a file of another length than our recovery (\(recovery.name))",
        evidence: evidence)
    }
    evidence += [
      "at byte \(place): "
        + StructureNames(ours).name(of: ByteRange(byteOffset: place, byteCount: 1)),
      "the command: \(Self.bytes(of: left, at: place))",
      "our recovery: \(Self.bytes(of: ours, at: place))",
    ]
    return Violation(
      by: .recoveryAgreement, .x04,
      "'\(command)' leaves other bytes from \(place) on than our recovery (\(recovery.name))",
      evidence: evidence)
  }

  private static func bytes(of file: any ImageFile, at byteOffset: UInt64) -> String {
    let byteCount = min(shownByteCount, file.byteCount - byteOffset)
    return file.read(ByteRange(byteOffset: byteOffset, byteCount: byteCount))
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
