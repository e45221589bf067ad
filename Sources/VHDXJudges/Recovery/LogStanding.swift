import Bytes
import VHDX

/// Whether a file says of itself that a log must be replayed first.
///
/// Source: [MS-VHDX] 2.2.2, LogGuid.
enum LogStanding {
  case clean
  case dirty
  /// There is no header to go by: the file is damaged, or no VHDX image.
  case unknown

  init(of file: any ImageFile) {
    let current = try? HeaderPair(reading: file).current(.qemu, fileByteCount: file.byteCount)
    guard let header = current?.header else {
      self = .unknown
      return
    }
    self = header.logGUID.isZero || header.logByteCount == 0 ? .clean : .dirty
  }
}
