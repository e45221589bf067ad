import Bytes

/// Something that keeps sectors: a disk, a file below an image, a logger on top of either.
///
/// Ranges are whole sectors of ``sectorByteCount`` bytes. A write that has returned is visible to
/// reads; it is sure to survive a power cut only after a later ``flush()`` has returned, or where it
/// was written with FUA.
package protocol BlockDevice: AnyObject, Sendable {
  /// The alignment of every request, in bytes: a power of two, 512 or more.
  var sectorByteCount: UInt32 { get }
  /// The device's length as its latest completed resize left it.
  var byteCount: UInt64 { get }

  func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8]
  func write(_ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool) async throws(DeviceError)
  func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError)
  /// The range reads as zeroes afterwards.
  func discard(_ range: ByteRange) async throws(DeviceError)
  /// Makes everything stable that had completed when the flush was submitted.
  func flush() async throws(DeviceError)
  /// Cuts the device off, or lets it grow by zeroes; optional until flushed, as a write is.
  func resize(toByteCount byteCount: UInt64) async throws(DeviceError)
}

/// Why a device refused an operation. Nothing of a refused operation is guaranteed.
package enum DeviceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The medium failed.
  case inputOutput
  /// There is no space to grow into.
  case noSpace
  /// The request reaches beyond the end.
  case outOfRange(ByteRange, deviceByteCount: UInt64)
  /// The request is not made of whole sectors.
  case misaligned(ByteRange, sectorByteCount: UInt32)
  /// The device keeps a log that cannot be appended to.
  case unusableLog(String)
  /// The device holds an image that cannot be opened, or not any more.
  case unusableImage(String)
  /// The device never does this.
  case unsupported(String)

  /// As errno names it, for marks and reports.
  package var name: String {
    switch self {
    case .inputOutput: "EIO"
    case .noSpace: "ENOSPC"
    case .outOfRange, .misaligned: "EINVAL"
    case .unusableLog, .unusableImage: "EUCLEAN"
    case .unsupported: "ENOTSUP"
    }
  }

  package var description: String {
    switch self {
    case .inputOutput: "EIO: the device failed"
    case .noSpace: "ENOSPC: the device has no space left"
    case .outOfRange(let range, let deviceByteCount):
      "EINVAL: \(range) reaches behind the device's \(deviceByteCount) bytes"
    case .misaligned(let range, let sectorByteCount):
      "EINVAL: \(range) is not made of whole sectors of \(sectorByteCount) bytes"
    case .unusableLog(let reason), .unusableImage(let reason): "EUCLEAN: \(reason)"
    case .unsupported(let reason): "ENOTSUP: \(reason)"
    }
  }
}

extension BlockDevice {
  /// What every device checks before it takes a request.
  package func checkRequest(_ range: ByteRange) throws(DeviceError) {
    try checkAlignment(range)
    guard range.endByteOffset <= byteCount else {
      throw .outOfRange(range, deviceByteCount: byteCount)
    }
  }

  /// Whether the request is made of whole sectors.
  package func checkAlignment(_ range: ByteRange) throws(DeviceError) {
    let sector = UInt64(sectorByteCount)
    guard range.byteOffset % sector == 0, range.byteCount % sector == 0 else {
      throw .misaligned(range, sectorByteCount: sectorByteCount)
    }
  }
}
