import Bytes
import CrashStates

/// The image of a crash state whose recovery was cut off too: what the first power cut left, with those
/// changes of its recovery that persisted.
package struct RecrashedImage {
  /// The first crash, without its recovery.
  package let state: CrashState
  /// What persisted of recovery, in order; of a torn write a write for each part.
  package let keptChanges: [ImageChange]
  let image: StateImage

  /// - Parameters:
  ///   - state: one of the history's (``DiskHistory/check(_:origin:)``).
  ///   - cut: of the recovery of that state.
  ///   - format: with what recovers it.
  /// - Throws: ``CrashStateError`` where this recovery has no such cut.
  package init(
    _ history: DiskHistory, _ state: CrashState, _ cut: RecoveryCut,
    format: any ImageFormat
  ) throws(CrashStateError) {
    var first = state
    first.recovery = nil
    let image = StateImage(history, first)
    let recovered = OverlayImage(image)
    _ = format.open(recovered)
    try RecoverySteps(recovered.changes).check(cut)
    self.state = first
    self.image = image
    keptChanges = cut.kept(of: recovered.changes)
  }

  package var file: any ImageFile { overlay }

  /// The digest of the file, without building it.
  package var digest: Digest128 { overlay.digest(over: image) }

  private var overlay: OverlayImage { OverlayImage(image, keptChanges) }
}

extension RecoverySteps {
  package init(_ changes: [ImageChange]) {
    self.init(
      changes.map { change in
        switch change {
        case .write(let byteOffset, let bytes):
          .write(ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count)))
        case .zero, .resize: .whole
        case .flush: .flush
        }
      })
  }
}

extension RecoveryCut {
  /// The changes that persisted, in order; a torn write is one for each of its parts. Flushes, which
  /// change nothing, are left out.
  package func kept(of changes: [ImageChange]) -> [ImageChange] {
    var kept: [ImageChange] = []
    for index in 0..<cut where !lost.contains(index) && changes[index] != .flush {
      if let torn, torn.entryIndex == index {
        kept += torn.kept(of: changes[index])
      } else {
        kept.append(changes[index])
      }
    }
    return kept
  }
}

extension Tear {
  fileprivate func kept(of change: ImageChange) -> [ImageChange] {
    guard case .write(let byteOffset, let bytes) = change else { return [change] }
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    return keptRanges(of: range).map { part in
      let start = Int(part.byteOffset - byteOffset)
      return .write(
        byteOffset: part.byteOffset, bytes: Array(bytes[start..<start + Int(part.byteCount)]))
    }
  }
}
