import Bytes
import NIOCore

/// One request of the transmission phase, as it is on the wire.
///
///     byte  0  4  magic      0x25609513
///     byte  4  2  flags
///     byte  6  2  command
///     byte  8  8  cookie     goes back with the reply
///     byte 16  8  byteOffset
///     byte 24  4  byteCount
///     byte 28     the data of a write
///
/// Source: doc/proto.md, "Request message".
struct NBDRequest: Equatable, Sendable {
  static let headerByteCount = 28

  var flags: NBDCommandFlags
  var commandNumber: UInt16
  var cookie: UInt64
  var byteOffset: UInt64
  var byteCount: UInt32
  /// Of a write.
  var bytes: [UInt8] = []

  var command: NBDCommand? { NBDCommand(rawValue: commandNumber) }

  /// What it costs in memory while it is in flight: data that has come, or will have to be sent.
  var dataByteCount: Int {
    switch command {
    case .write: bytes.count
    case .read: byteCount <= NBDLimits.maximumByteCount ? Int(byteCount) : 0
    default: 0
    }
  }

  enum Parsed: Equatable {
    case incomplete
    case request(NBDRequest)
    /// Not of the protocol, or longer than is taken: where the next request starts is not known.
    case hopeless
  }

  /// Takes one request off `input`.
  static func parse(_ input: inout ByteBuffer) -> Parsed {
    guard input.readableBytes >= headerByteCount else { return .incomplete }
    var bytes = input
    guard bytes.readInteger(as: UInt32.self) == NBDMagic.request,
      let flags = bytes.readInteger(as: UInt16.self),
      let command = bytes.readInteger(as: UInt16.self),
      let cookie = bytes.readInteger(as: UInt64.self),
      let byteOffset = bytes.readInteger(as: UInt64.self),
      let byteCount = bytes.readInteger(as: UInt32.self)
    else { return .hopeless }
    var request = NBDRequest(
      flags: NBDCommandFlags(rawValue: flags), commandNumber: command, cookie: cookie,
      byteOffset: byteOffset, byteCount: byteCount)
    if request.command == .write {
      guard byteCount <= NBDLimits.maximumByteCount else { return .hopeless }
      guard let data = bytes.readBytes(length: Int(byteCount)) else { return .incomplete }
      request.bytes = data
    }
    input = bytes
    return .request(request)
  }

  /// What a client sends that asks for nothing more; it has no answer.
  static func disconnect() -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeInteger(NBDMagic.request)
    bytes.writeInteger(UInt16(0))
    bytes.writeInteger(NBDCommand.disconnect.rawValue)
    bytes.writeRepeatingByte(0, count: 20)
    return bytes
  }

  /// The range of a request; `nil` where it is not one of `export`.
  func range(in export: any NBDExport) -> ByteRange? {
    let (end, overflow) = byteOffset.addingReportingOverflow(UInt64(byteCount))
    guard !overflow, end <= export.byteCount, byteCount > 0 else { return nil }
    return ByteRange(byteOffset: byteOffset, byteCount: UInt64(byteCount))
  }
}
