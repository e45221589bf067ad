import Bytes
import CrashStates

/// The three digests of a crash state of an image.
package struct ImageDigests: Hashable, Sendable, CustomStringConvertible {
  /// The file as the power cut left it.
  package var image: Digest128
  /// The file after it was recovered; `nil` where it does not open.
  package var recovered: Digest128?
  /// The virtual disk that the recovered file maps.
  package var virtualDisk: Digest128?

  /// The three, with spaces between them; `-` where there is none.
  package var description: String {
    [image, recovered, virtualDisk].map { $0.map { "\($0)" } ?? "-" }.joined(separator: " ")
  }
}

/// Works out the digests of crash states, one after the other.
package struct ImageDigester {
  private let history: DiskHistory
  private let reader: any ImageReader

  package init(history: DiskHistory, format: any ImageFormat) {
    self.history = history
    reader = format.reader(of: history, goesOn: false)
  }

  package func digests(of state: CrashState) -> ImageDigests {
    let opened = reader.read(state)
    var digests = ImageDigests(image: history.digest(of: state))
    guard let map = opened.map else { return digests }
    let image = StateImage(history, state)
    digests.recovered = opened.file(over: image).digest(over: image)
    digests.virtualDisk = VirtualDisk(map, of: image, opened).digest
    return digests
  }
}
