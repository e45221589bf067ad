import Bytes
import Rules

/// What opening makes of the image of a crash state, and which rules that breaks.
package struct OpenedState: Sendable {
  package var opens: Bool
  /// What opening did, in a few words: "replays entries 4 to 7".
  package var summary: String
  /// What opening did to the file, in order.
  package var changes: [ImageChange] = []
  /// Where the virtual disk is; `nil` where the image does not open, or cannot be read then.
  package var map: DiskMap?
  /// Whether opening changed what is payload by now.
  package var changesPayload = false
  /// What a clean close should have done and did not (rule D06): "the image needs recovery"; `nil` where
  /// nothing is left to do.
  package var unfinished: String?
  /// Why this tool cannot tell what the image holds, which says nothing against the image; `nil` where it
  /// can, or where the image is to blame.
  package var limit: String?
  /// Whether a state with the same structures is opened alike (``ImageReader/structure(of:)``).
  package var isToldByStructure = true
  /// None of them has its state yet.
  package var violations: [Violation] = []

  package init(opens: Bool, summary: String) {
    self.opens = opens
    self.summary = summary
  }

  /// The file as opening leaves it, over the image of any state with these structures.
  package func file(over image: any ImageFile) -> OverlayImage { OverlayImage(image, changes) }
}
