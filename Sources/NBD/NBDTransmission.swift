import Bytes
import NIOCore

/// Carries requests out and encodes their replies.
///
/// Source: doc/proto.md, "Simple reply message", "Structured reply chunk message", "Request types".
struct NBDTransmission: Sendable {
  let export: any NBDExport
  let usesStructuredReplies: Bool

  /// Carries `request` out, which is no disconnect. May block.
  func carryOut(_ request: NBDRequest, from origin: NBDOrigin) -> NBDReply {
    var reply = NBDReply(
      cookie: request.cookie, command: request.command, byteOffset: request.byteOffset,
      dataByteCount: request.dataByteCount, outcome: .success(nil))
    do throws(NBDError) {
      reply.outcome = .success(try data(of: request, from: origin))
    } catch {
      reply.outcome = .failure(error)
    }
    return reply
  }

  /// Carries out a plain write that the export need not wait for; `nil` where ``carryOut(_:from:)`` is to
  /// be called.
  func carryOutAtOnce(_ request: NBDRequest, from origin: NBDOrigin) -> NBDReply? {
    guard request.command == .write, request.flags.isEmpty, !export.isReadOnly,
      let range = request.range(in: export), isAligned(range)
    else { return nil }
    var reply = NBDReply(
      cookie: request.cookie, command: .write, byteOffset: request.byteOffset,
      dataByteCount: request.dataByteCount, outcome: .success(nil))
    do throws(NBDError) {
      guard try export.writeAtOnce(request.bytes, at: range.byteOffset, from: origin) else {
        return nil
      }
    } catch {
      reply.outcome = .failure(error)
    }
    return reply
  }

  /// - Returns: what a read gives; `nil` for the other commands.
  private func data(
    of request: NBDRequest, from origin: NBDOrigin
  ) throws(NBDError) -> [UInt8]? {
    guard let command = request.command else { throw .invalid }
    guard request.flags.isSubset(of: allowedFlags(command)) else { throw .invalid }
    if command == .flush {
      try export.flush(from: origin)
      return nil
    }
    if command != .read && export.isReadOnly { throw .notPermitted }
    guard let range = request.range(in: export) else {
      throw command == .write || command == .writeZeroes ? .noSpace : .invalid
    }
    guard isAligned(range) else { throw .invalid }
    let isFUA = request.flags.contains(.fua)
    switch command {
    case .read:
      guard request.byteCount <= NBDLimits.maximumByteCount else { throw .overflow }
      return try export.read(range)
    case .write:
      try export.write(request.bytes, at: range.byteOffset, isFUA: isFUA, from: origin)
    case .writeZeroes:
      try export.writeZeroes(
        range, isFUA: isFUA, keepsSpace: request.flags.contains(.noHole), from: origin)
    case .trim: try export.trim(range, isFUA: isFUA, from: origin)
    case .flush, .disconnect: break
    }
    return nil
  }

  private func isAligned(_ range: ByteRange) -> Bool {
    let unit = UInt64(export.minimumBlockByteCount)
    return range.byteOffset % unit == 0 && range.byteCount % unit == 0
  }

  /// FUA says nothing where nothing is written, and is no error there. FAST_ZERO is one everywhere: it
  /// is not offered.
  private func allowedFlags(_ command: NBDCommand) -> NBDCommandFlags {
    switch command {
    case .read: usesStructuredReplies ? [.fua, .dontFragment] : .fua
    case .writeZeroes: [.fua, .noHole]
    default: .fua
    }
  }

  func encode(_ reply: NBDReply, _ output: inout ByteBuffer) {
    switch reply.outcome {
    case .success(let data):
      guard usesStructuredReplies, reply.command == .read, let data else {
        simpleReply(reply, error: 0, &output)
        if let data { output.writeBytes(data) }
        return
      }
      chunk(.offsetData, reply, byteCount: 8 + data.count, &output)
      output.writeInteger(reply.byteOffset)
      output.writeBytes(data)
    case .failure(let error):
      guard usesStructuredReplies else {
        return simpleReply(reply, error: error.rawValue, &output)
      }
      let text = error.text
      chunk(.error, reply, byteCount: 6 + text.utf8.count, &output)
      output.writeInteger(error.rawValue)
      output.writeInteger(UInt16(text.utf8.count))
      output.writeString(text)
    }
  }

  private func simpleReply(_ reply: NBDReply, error: UInt32, _ output: inout ByteBuffer) {
    output.writeInteger(NBDMagic.simpleReply)
    output.writeInteger(error)
    output.writeInteger(reply.cookie)
  }

  private func chunk(
    _ kind: NBDChunk, _ reply: NBDReply, byteCount: Int, _ output: inout ByteBuffer
  ) {
    output.writeInteger(NBDMagic.structuredReply)
    output.writeInteger(NBDChunk.isDone)
    output.writeInteger(kind.rawValue)
    output.writeInteger(reply.cookie)
    output.writeInteger(UInt32(byteCount))
  }
}
