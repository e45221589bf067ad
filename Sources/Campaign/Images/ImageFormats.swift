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

  /// Those that are no raw disk, as texts call them: `VHDX, VDI`.
  package static var titles: [String] { all.filter { !$0.isRaw }.map(\.title) }

  /// The names of those that may have to be recovered when they are opened.
  package static var recovering: String {
    all.filter(\.hasRecovery).map(\.name).joined(separator: " or ")
  }

  /// `nil` where none has this name.
  package static func named(_ name: String) -> (any ImageFormat)? {
    all.first { $0.name == name }
  }

  /// The format that a file says of itself to have, however damaged it is; `nil` where it says nothing.
  package static func recognizing(_ file: any ImageFile) -> (any ImageFormat)? {
    all.first { $0.recognizesDamaged(file) }
  }
}
