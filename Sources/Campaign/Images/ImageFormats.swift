import Bytes
import Checking
import VDI
import VHDXJudges

/// The formats of images that are known, one line each.
package enum ImageFormats {
  package static let all: [any ImageFormat] = [
    RawFormat(),
    VHDXFormat(),
    VDIFormat(),
  ]

  /// `nil` where none has this name.
  package static func named(_ name: String) -> (any ImageFormat)? {
    all.first { $0.name == name }
  }

  /// The format that a file says of itself to have, however damaged it is; `nil` where it says nothing.
  package static func recognizing(_ file: any ImageFile) -> (any ImageFormat)? {
    all.first { $0.recognizesDamaged(file) }
  }
}
