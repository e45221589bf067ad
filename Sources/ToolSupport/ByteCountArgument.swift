import ArgumentParser
import Bytes

/// A number of bytes as qemu-img reads them: ``ByteCountText``.
package struct ByteCountArgument: ExpressibleByArgument {
  package var byteCount: UInt64

  package init?(argument: String) {
    guard let byteCount = ByteCountText.parse(argument) else { return nil }
    self.byteCount = byteCount
  }
}
