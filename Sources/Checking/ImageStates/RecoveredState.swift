import Bytes
import VHDX

/// What opening makes of the image of a crash state, and which rules that breaks. It follows from the
/// image's structures alone, so that all states that share them share it.
struct RecoveredState {
  var outcome: RecoveryOutcome
  /// What recovery did to the file, in order.
  var changes: [ImageChange]
  /// Whether its structures are where ``ImageAreas`` says, so that another state can be told by them.
  var isInKnownPlaces: Bool
  /// Where the virtual disk is; `nil` where the image does not open.
  var map: BlockMap?
  /// Whether recovery changed what is payload by now.
  var changesPayload = false
  var violations: [Violation] = []

  /// The file as recovery leaves it, over the image of any state with these structures.
  func file(over image: any ImageFile) -> OverlayImage {
    let overlay = OverlayImage(image)
    for change in changes { overlay.apply(change) }
    return overlay
  }
}

extension ImageChange {
  /// What it changes; `nil` for a flush. A resize changes what is behind the new end.
  var range: ByteRange? {
    switch self {
    case .write(let byteOffset, let bytes):
      ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    case .zero(let range): range
    case .resize(let byteCount): ByteRange(byteOffset: byteCount, byteCount: .max - byteCount)
    case .flush: nil
    }
  }
}
