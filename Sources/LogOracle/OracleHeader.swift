import Bytes

/// The current header of an image, as far as its log is concerned.
///
/// Source: [MS-VHDX] 2.2.2 (v20240423).
package struct OracleHeader {
  package var byteOffset: UInt64
  package var sequenceNumber: UInt64
  package var fileWriteGUID: [UInt8]
  package var dataWriteGUID: [UInt8]
  package var logGUID: [UInt8]
  /// `nil` for a log of no bytes, which stands nowhere.
  package var logRange: ByteRange?

  /// Whether the log is to be replayed at all.
  package var isDirty: Bool { logGUID.contains { $0 != 0 } }

  private static let places: [UInt64] = [64 << 10, 128 << 10]
  static let byteCount: UInt64 = 4096

  /// The valid header with the larger number, or the only valid one.
  package static func current(of image: OracleImage) throws(OracleRefusal) -> OracleHeader {
    let valid = places.compactMap { place in
      image.read(place, byteCount).flatMap { isValid($0) ? (place: place, bytes: $0) : nil }
    }
    guard let first = valid.first else {
      throw OracleRefusal(.header, .h03, "neither header is valid")
    }
    var chosen = first
    if valid.count == 2 {
      let (one, two) = (valid[0].bytes.u64(8), valid[1].bytes.u64(8))
      if one == two { throw OracleRefusal(.header, .h04, "both headers have number \(one)") }
      chosen = valid[one > two ? 0 : 1]
    }
    return try OracleHeader(chosen.bytes, at: chosen.place, of: image)
  }

  private static func isValid(_ bytes: OracleBytes) -> Bool {
    bytes.text(0, "head") && bytes.u32(4) == bytes.checksum(fieldAt: 4)
  }

  private init(
    _ bytes: OracleBytes, at place: UInt64, of image: OracleImage
  ) throws(OracleRefusal) {
    byteOffset = place
    sequenceNumber = bytes.u64(8)
    fileWriteGUID = bytes.guid(16)
    dataWriteGUID = bytes.guid(32)
    logGUID = bytes.guid(48)
    let (logVersion, version) = (bytes.u16(64), bytes.u16(66))
    if version != 1 { throw OracleRefusal(.header, .h05, "version \(version)") }
    if logVersion != 0, isDirty {
      throw OracleRefusal(.header, .h06, "log version \(logVersion), and the log is not empty")
    }
    let (length, offset) = (bytes.u32(68), bytes.u64(72))
    let mebibyte: UInt64 = 1 << 20
    func refuse(_ what: String) -> OracleRefusal { OracleRefusal(.header, .h07, what) }
    if length % mebibyte != 0 { throw refuse("a log of \(length) bytes") }
    if length == 0 {
      if isDirty { throw refuse("a log of 0 bytes that is not empty") }
      return
    }
    if offset % mebibyte != 0 || offset < mebibyte { throw refuse("a log at byte \(offset)") }
    if offset > image.byteCount || length > image.byteCount - offset {
      throw refuse("a log of \(length) bytes at \(offset), in a file of \(image.byteCount)")
    }
    logRange = ByteRange(byteOffset: offset, byteCount: length)
  }
}
