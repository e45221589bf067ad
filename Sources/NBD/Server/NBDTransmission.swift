import Bytes
import NIOCore

/// Carries requests out and encodes their replies.
///
/// Source: doc/proto.md, "Simple reply message", "Structured reply chunk message", "Request types",
/// "Structured reply types".
struct NBDTransmission: Sendable {
  let export: any NBDExport
  let usesStructuredReplies: Bool
  /// Whether the client may ask for extents.
  var tellsAllocation = false

  /// Carries `request` out, which is no disconnect. May block.
  func carryOut(_ request: NBDRequest, from origin: NBDOrigin) -> NBDReply {
    var reply = NBDReply(
      cookie: request.cookie, command: request.command, byteOffset: request.byteOffset,
      dataByteCount: request.dataByteCount, outcome: .success)
    do throws(NBDError) {
      reply.outcome = try outcome(of: request, from: origin)
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
      dataByteCount: request.dataByteCount, outcome: .success)
    do throws(NBDError) {
      guard try export.writeAtOnce(request.bytes, at: range.byteOffset, from: origin) else {
        return nil
      }
    } catch {
      reply.outcome = .failure(error)
    }
    return reply
  }

  private func outcome(
    of request: NBDRequest, from origin: NBDOrigin
  ) throws(NBDError) -> NBDReply.Outcome {
    guard let command = request.command else { throw .invalid }
    guard request.flags.isSubset(of: allowedFlags(command)) else { throw .invalid }
    if command == .flush {
      try export.flush(from: origin)
      return .success
    }
    if command.isChange && export.isReadOnly { throw .notPermitted }
    guard let range = request.range(in: export) else {
      throw command == .write || command == .writeZeroes ? .noSpace : .invalid
    }
    guard isAligned(range) else { throw .invalid }
    let isFUA = request.flags.contains(.fua)
    switch command {
    case .read:
      guard request.byteCount <= NBDLimits.maximumByteCount else { throw .overflow }
      return try isHole(range) ? .hole(byteCount: request.byteCount) : .data(export.read(range))
    case .blockStatus:
      guard tellsAllocation else { throw .invalid }
      let extents = try export.extents(of: range)
      let isOneEnough = request.flags.contains(.requestOne)
      return .extents(
        Array(extents.prefix(isOneEnough ? 1 : NBDLimits.maximumExtentCount)))
    case .write:
      try export.write(request.bytes, at: range.byteOffset, isFUA: isFUA, from: origin)
    case .writeZeroes:
      try export.writeZeroes(
        range, isFUA: isFUA, keepsSpace: request.flags.contains(.noHole), from: origin)
    case .trim: try export.trim(range, isFUA: isFUA, from: origin)
    case .flush, .disconnect: break
    }
    return .success
  }

  /// Whether a read can be answered without its zeroes.
  private func isHole(_ range: ByteRange) throws(NBDError) -> Bool {
    guard usesStructuredReplies, let first = try export.extents(of: range).first else {
      return false
    }
    return first.isHole && UInt64(first.byteCount) == range.byteCount
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
    case .blockStatus: [.fua, .requestOne]
    default: .fua
    }
  }

  func encode(_ reply: NBDReply, _ output: inout ByteBuffer) {
    switch reply.outcome {
    case .success: simpleReply(reply, error: 0, &output)
    case .data(let bytes) where usesStructuredReplies:
      chunk(.offsetData, reply, byteCount: 8 + bytes.count, &output)
      output.writeInteger(reply.byteOffset)
      output.writeBytes(bytes)
    case .data(let bytes):
      simpleReply(reply, error: 0, &output)
      output.writeBytes(bytes)
    case .hole(let byteCount):
      chunk(.offsetHole, reply, byteCount: 12, &output)
      output.writeInteger(reply.byteOffset)
      output.writeInteger(byteCount)
    case .extents(let extents):
      chunk(.blockStatus, reply, byteCount: 4 + 8 * extents.count, &output)
      output.writeInteger(NBDExtent.contextNumber)
      for extent in extents {
        output.writeInteger(extent.byteCount)
        output.writeInteger(extent.status)
      }
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
