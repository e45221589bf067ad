import NIOCore

/// A client's part of the first phase: it asks for one export. Where it asks for the one without a name and
/// there is none, the server's only one is taken, if it lists its exports.
///
/// It takes bytes as they come and says what to send; a server that sends anything else than the
/// protocol, or answers without an end, is an error.
///
/// Source: doc/proto.md, "Newstyle negotiation", "Option types".
struct NBDClientNegotiation {
  enum Step: Equatable {
    /// More bytes are needed.
    case wait
    /// Requests can be sent.
    case transmission(NBDExportDescription)
  }

  private enum State: Equatable {
    case greeting
    case answersToGo
    case answersToList
    case answerToExportName
  }

  private static let greetingByteCount = 18
  private static let optionReplyHeaderByteCount = 20
  /// Errors come with a text that no server makes longer.
  private static let maximumReplyByteCount: UInt32 = 64 << 10

  private var exportName: String
  private var state = State.greeting
  private var hasZeroes = true
  private var description: NBDExportDescription?
  private var blockSizes: (minimum: UInt32, preferred: UInt32, maximum: UInt32)?
  private var replyCount = 0
  /// Why the export without a name was refused.
  private var refusal: NBDClientError?
  private var listedNames: [String] = []

  init(exportName: String) {
    self.exportName = exportName
  }

  /// Takes as much of `input` as it can, and appends what to send to `output`.
  mutating func advance(
    _ input: inout ByteBuffer, _ output: inout ByteBuffer
  ) throws(NBDClientError) -> Step {
    while true {
      switch state {
      case .greeting:
        guard try takeGreeting(&input, &output) else { return .wait }
        state = .answersToGo
      case .answersToGo:
        guard let reply = try takeOptionReply(to: .go, &input) else { return .wait }
        if let description = try answered(reply, &output) { return .transmission(description) }
      case .answersToList:
        guard let reply = try takeOptionReply(to: .list, &input) else { return .wait }
        try listed(reply, &output)
      case .answerToExportName:
        guard let description = takeExport(&input) else { return .wait }
        return .transmission(description)
      }
    }
  }

  /// - Returns: whether it was whole.
  private mutating func takeGreeting(
    _ input: inout ByteBuffer, _ output: inout ByteBuffer
  ) throws(NBDClientError) -> Bool {
    // What is wrong from the first byte on is not waited for.
    if input.readableBytes >= 8,
      input.getInteger(at: input.readerIndex, as: UInt64.self) != NBDMagic.greeting
    {
      throw .notTheProtocol("it does not begin with NBDMAGIC")
    }
    guard input.readableBytes >= Self.greetingByteCount else { return false }
    _ = input.readInteger(as: UInt64.self)
    guard input.readInteger(as: UInt64.self) == NBDMagic.option else {
      throw .notTheProtocol("it is of the old style, which has no options")
    }
    let offered = NBDHandshakeFlags(rawValue: UInt32(input.readInteger(as: UInt16.self) ?? 0))
    guard offered.contains(.fixedNewstyle) else {
      throw .notTheProtocol("it is not of the fixed new style")
    }
    let chosen = offered.intersection([.fixedNewstyle, .noZeroes])
    hasZeroes = !chosen.contains(.noZeroes)
    output.writeInteger(chosen.rawValue)
    sendGo(&output)
    return true
  }

  private func sendGo(_ output: inout ByteBuffer) {
    var data = ByteBuffer()
    data.writeInteger(UInt32(exportName.utf8.count))
    data.writeString(exportName)
    data.writeInteger(UInt16(1))
    data.writeInteger(NBDInfo.blockSize.rawValue)
    send(.go, &data, &output)
  }

  private func send(_ option: NBDOption, _ data: inout ByteBuffer, _ output: inout ByteBuffer) {
    output.writeInteger(NBDMagic.option)
    output.writeInteger(option.rawValue)
    output.writeInteger(UInt32(data.readableBytes))
    output.writeBuffer(&data)
  }

  private struct OptionReply {
    var kind: UInt32
    var data: ByteBuffer
  }

  /// - Returns: `nil` where it is not whole yet.
  private mutating func takeOptionReply(
    to option: NBDOption, _ input: inout ByteBuffer
  ) throws(NBDClientError) -> OptionReply? {
    guard input.readableBytes >= Self.optionReplyHeaderByteCount else { return nil }
    var bytes = input
    guard bytes.readInteger(as: UInt64.self) == NBDMagic.optionReply,
      bytes.readInteger(as: UInt32.self) == option.rawValue,
      let kind = bytes.readInteger(as: UInt32.self),
      let byteCount = bytes.readInteger(as: UInt32.self)
    else { throw .notTheProtocol("an answer to the option \(option) that is none") }
    guard byteCount <= Self.maximumReplyByteCount else {
      throw .notTheProtocol("an option's answer of \(byteCount) bytes")
    }
    guard let data = bytes.readSlice(length: Int(byteCount)) else { return nil }
    input = bytes
    replyCount += 1
    guard replyCount <= NBDLimits.maximumOptionCount else {
      throw .notTheProtocol("answers to one option without an end")
    }
    return OptionReply(kind: kind, data: data)
  }

  /// - Returns: the export once it is ours.
  private mutating func answered(
    _ reply: OptionReply, _ output: inout ByteBuffer
  ) throws(NBDClientError) -> NBDExportDescription? {
    var data = reply.data
    switch NBDOptionReply(rawValue: reply.kind) {
    case .info:
      try takeInfo(&data)
      return nil
    case .acknowledged:
      guard var description else { throw .notTheProtocol("an export without a length") }
      if let blockSizes {
        description.minimumBlockByteCount = blockSizes.minimum
        description.preferredBlockByteCount = blockSizes.preferred
        description.maximumBlockByteCount = blockSizes.maximum
      }
      return description
    case .unsupported:
      // Servers of before 2016 know the name alone.
      var name = ByteBuffer(string: exportName)
      send(.exportName, &name, &output)
      state = .answerToExportName
      return nil
    default:
      guard reply.kind & 0x8000_0000 != 0 else {
        throw .notTheProtocol("an option's answer of kind \(reply.kind)")
      }
      let refusal = Self.refusal(reply)
      guard exportName.isEmpty, self.refusal == nil,
        NBDOptionReply(rawValue: reply.kind) == .unknownExport
      else { throw refusal }
      self.refusal = refusal
      var nothing = ByteBuffer()
      send(.list, &nothing, &output)
      state = .answersToList
      return nil
    }
  }

  private static func refusal(_ reply: OptionReply) -> NBDClientError {
    let text = String(buffer: reply.data)
    return .refused(text.isEmpty ? "error \(reply.kind & 0x7fff_ffff)" : text)
  }

  /// - Throws: why there is no export, where the server has not exactly one.
  private mutating func listed(
    _ reply: OptionReply, _ output: inout ByteBuffer
  ) throws(NBDClientError) {
    var data = reply.data
    switch NBDOptionReply(rawValue: reply.kind) {
    case .server:
      guard let byteCount = data.readInteger(as: UInt32.self),
        let name = data.readString(length: Int(min(byteCount, Self.maximumReplyByteCount)))
      else { throw .notTheProtocol("an export without a name in the list") }
      listedNames.append(name)
    case .acknowledged:
      guard listedNames.count == 1, let name = listedNames.first else {
        throw .refused(
          "it has none without a name, and offers \(listedNames.isEmpty ? "none" : "several")")
      }
      exportName = name
      state = .answersToGo
      sendGo(&output)
    default: throw refusal ?? Self.refusal(reply)
    }
  }

  private mutating func takeInfo(_ data: inout ByteBuffer) throws(NBDClientError) {
    switch data.readInteger(as: UInt16.self).map({ NBDInfo(rawValue: $0) }) {
    case .export:
      guard let found = takeExportFields(&data), data.readableBytes == 0 else {
        throw .notTheProtocol("a length of an export that is none")
      }
      description = found
    case .blockSize:
      guard let minimum = data.readInteger(as: UInt32.self),
        let preferred = data.readInteger(as: UInt32.self),
        let maximum = data.readInteger(as: UInt32.self), data.readableBytes == 0,
        minimum > 0, minimum <= 64 << 10, minimum & (minimum - 1) == 0, preferred >= minimum,
        maximum >= minimum
      else { throw .notTheProtocol("block sizes that are none") }
      blockSizes = (minimum, preferred, maximum)
    case .name, .some(nil): break
    case nil: throw .notTheProtocol("an information about nothing")
    }
  }

  private func takeExportFields(_ bytes: inout ByteBuffer) -> NBDExportDescription? {
    guard let byteCount = bytes.readInteger(as: UInt64.self),
      let flags = bytes.readInteger(as: UInt16.self)
    else { return nil }
    return NBDExportDescription(
      byteCount: byteCount, flags: NBDTransmissionFlags(rawValue: flags))
  }

  private func takeExport(_ input: inout ByteBuffer) -> NBDExportDescription? {
    var bytes = input
    guard let found = takeExportFields(&bytes) else { return nil }
    if hasZeroes, bytes.readSlice(length: 124) == nil { return nil }
    input = bytes
    return found
  }
}
