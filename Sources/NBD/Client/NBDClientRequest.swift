import Bytes
import NIOCore

/// What a client asks a server for.
package enum NBDClientRequest: Equatable, Sendable {
  case read(ByteRange)
  case write([UInt8], at: UInt64, isFUA: Bool = false)
  /// - keepsSpace: whether the range is to stay allocated.
  case writeZeroes(ByteRange, isFUA: Bool = false, keepsSpace: Bool = false)
  case trim(ByteRange, isFUA: Bool = false)
  case flush

  /// How much data a good answer brings.
  var answerByteCount: Int {
    if case .read(let range) = self { Int(range.byteCount) } else { 0 }
  }

  /// The bytes to send.
  ///
  /// - Throws: ``NBDClientError/cannotBeSent(_:)`` where a length has no room in a request, or is more
  ///   than any server has to take.
  func encode(cookie: UInt64) throws(NBDClientError) -> ByteBuffer {
    var flags: NBDCommandFlags = []
    switch self {
    case .read(let range):
      return try Self.header(.read, flags, cookie, range, limit: NBDLimits.maximumByteCount)
    case .write(let bytes, let byteOffset, let isFUA):
      guard let range = ByteRange(checking: byteOffset, byteCount: UInt64(bytes.count)) else {
        throw .cannotBeSent("its end is behind byte 2^64")
      }
      if isFUA { flags.insert(.fua) }
      var buffer = try Self.header(
        .write, flags, cookie, range, limit: NBDLimits.maximumByteCount)
      buffer.writeBytes(bytes)
      return buffer
    case .writeZeroes(let range, let isFUA, let keepsSpace):
      if isFUA { flags.insert(.fua) }
      if keepsSpace { flags.insert(.noHole) }
      return try Self.header(.writeZeroes, flags, cookie, range, limit: .max)
    case .trim(let range, let isFUA):
      if isFUA { flags.insert(.fua) }
      return try Self.header(.trim, flags, cookie, range, limit: .max)
    case .flush:
      return try Self.header(
        .flush, flags, cookie, ByteRange(byteOffset: 0, byteCount: 0), limit: 0)
    }
  }

  private static func header(
    _ command: NBDCommand, _ flags: NBDCommandFlags, _ cookie: UInt64, _ range: ByteRange,
    limit: UInt32
  ) throws(NBDClientError) -> ByteBuffer {
    guard range.byteCount <= UInt64(limit) else {
      throw .cannotBeSent("\(range.byteCount) bytes, and at most \(limit) are possible")
    }
    let dataByteCount = command == .write ? Int(range.byteCount) : 0
    var buffer = ByteBuffer()
    buffer.reserveCapacity(NBDRequest.headerByteCount + dataByteCount)
    buffer.writeInteger(NBDMagic.request)
    buffer.writeInteger(flags.rawValue)
    buffer.writeInteger(command.rawValue)
    buffer.writeInteger(cookie)
    buffer.writeInteger(range.byteOffset)
    buffer.writeInteger(UInt32(range.byteCount))
    return buffer
  }
}

/// A server's answer to one request.
package struct NBDAnswer: Equatable, Sendable {
  /// Which request, as ``NBDClient/submit(_:)`` has numbered it.
  package var handle: UInt64
  /// 0, or a number of ``NBDError`` or of the server's own.
  package var errorNumber: UInt32
  /// Of a read that was carried out.
  package var bytes: [UInt8] = []

  package var isSuccess: Bool { errorNumber == 0 }
}
