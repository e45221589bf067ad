import Bytes
import CrashStates
import Rules

/// A disk without any format: every byte is the client's, and stands where the client wrote it.
package struct RawFormat: ImageFormat {
  package let name = "raw"
  package let rules = Rule.ofRawDisks
  package let stateRules: Set<Rule> = []
  package let isRaw = true

  package init() {}

  /// Nothing tells a raw disk from anything else.
  package func recognizes(_ file: any ImageFile) -> Bool { false }

  package func findings(of file: any ImageFile) -> ImageFindings {
    ImageFindings(violations: [], refusal: nil)
  }

  package func open(_ file: OverlayImage) -> Bool { true }

  package func reader(of history: DiskHistory, goesOn: Bool) -> any ImageReader {
    RawReader(history)
  }
}

/// Each state is its own virtual disk.
private final class RawReader: ImageReader {
  private let history: DiskHistory

  init(_ history: DiskHistory) {
    self.history = history
  }

  func read(_ state: CrashState) -> OpenedState {
    let byteCount = history.byteCount(of: state)
    var opened = OpenedState(opens: true, summary: "nothing to recover")
    opened.map = DiskMap(
      virtualDiskByteCount: byteCount,
      extents: [.init(range: ByteRange(byteOffset: 0, byteCount: byteCount), fileByteOffset: 0)])
    return opened
  }
}
