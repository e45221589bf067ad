import Bytes
import NIOCore

/// Carries requests out and writes their replies.
///
/// Source: doc/proto.md, "Simple reply message", "Structured reply chunk message", "Request types".
struct NBDTransmission {
  let export: any NBDExport
  let usesStructuredReplies: Bool

  /// Carries `request` out and appends the reply to `output`.
  ///
  /// - Returns: whether the connection goes on.
  func carryOut(_ request: NBDRequest, _ output: inout ByteBuffer) -> Bool {
    if request.command == .disconnect { return false }
    do throws(NBDError) {
      reply(to: request, data: try data(of: request), &output)
    } catch {
      refuse(request, error, &output)
    }
    return true
  }

  /// - Returns: what a read gives; `nil` for the other commands.
  private func data(of request: NBDRequest) throws(NBDError) -> [UInt8]? {
    guard let command = request.command else { throw .invalid }
    if command == .flush {
      try export.flush()
      return nil
    }
    if command != .read && export.isReadOnly { throw .notPermitted }
    guard let range = request.range(in: export) else {
      throw command == .write || command == .writeZeroes ? .noSpace : .invalid
    }
    let isFUA = request.flags.contains(.fua)
    switch command {
    case .read:
      guard request.byteCount <= NBDLimits.maximumByteCount else { throw .overflow }
      return try export.read(range)
    case .write: try export.write(request.bytes, at: range.byteOffset, isFUA: isFUA)
    case .writeZeroes:
      try export.writeZeroes(range, isFUA: isFUA, keepsSpace: request.flags.contains(.noHole))
    case .trim: try export.trim(range, isFUA: isFUA)
    case .flush, .disconnect: break
    }
    return nil
  }

  private func reply(to request: NBDRequest, data: [UInt8]?, _ output: inout ByteBuffer) {
    guard usesStructuredReplies, request.command == .read, let data else {
      simpleReply(to: request, error: 0, &output)
      if let data { output.writeBytes(data) }
      return
    }
    chunk(.offsetData, to: request, byteCount: 8 + data.count, &output)
    output.writeInteger(request.byteOffset)
    output.writeBytes(data)
  }

  private func refuse(_ request: NBDRequest, _ error: NBDError, _ output: inout ByteBuffer) {
    // A read whose replies are structured may not be answered by a simple one.
    guard usesStructuredReplies, request.command == .read else {
      return simpleReply(to: request, error: error.rawValue, &output)
    }
    chunk(.error, to: request, byteCount: 6, &output)
    output.writeInteger(error.rawValue)
    output.writeInteger(UInt16(0))
  }

  private func simpleReply(to request: NBDRequest, error: UInt32, _ output: inout ByteBuffer) {
    output.writeInteger(NBDMagic.simpleReply)
    output.writeInteger(error)
    output.writeInteger(request.cookie)
  }

  private func chunk(
    _ kind: NBDChunk, to request: NBDRequest, byteCount: Int, _ output: inout ByteBuffer
  ) {
    output.writeInteger(NBDMagic.structuredReply)
    output.writeInteger(NBDChunk.isDone)
    output.writeInteger(kind.rawValue)
    output.writeInteger(request.cookie)
    output.writeInteger(UInt32(byteCount))
  }
}
