import Bytes
import CrashStates

/// A crash state as an image file: nothing is built, what is read is looked up in the log.
package final class StateImage: ImageFile {
  package let history: DiskHistory
  package let state: CrashState
  package let byteCount: UInt64

  package init(_ history: DiskHistory, _ state: CrashState) {
    self.history = history
    self.state = state
    byteCount = history.byteCount(of: state)
  }

  package func read(_ range: ByteRange) -> [UInt8] {
    precondition(range.endByteOffset <= byteCount, "a read ends inside of the file")
    return history.read(range, in: state)
  }

  package func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    guard byteOffset < byteCount else { return 0 }
    return min(history.knownZeroByteCount(at: byteOffset), byteCount - byteOffset)
  }
}
