import NIOCore

/// The first part of a connection: client and server agree on an export.
///
/// It takes bytes as they come and says what to send; it waits for nothing and allocates no more than an
/// option may have.
///
/// Source: doc/proto.md, "Newstyle negotiation", "Option types".
struct NBDNegotiation {
  enum Step: Equatable {
    /// More bytes are needed.
    case wait
    /// The export was chosen: requests follow.
    case transmission
    /// The connection ends, because the client said so or does not speak the protocol.
    case close
  }

  private enum State: Equatable {
    case clientFlags
    case options
    case ended(Step)
  }

  let export: any NBDExport
  let exportName: String
  private var state = State.clientFlags
  private var sendsZeroes = true
  private var optionCount = 0
  private(set) var usesStructuredReplies = false
  /// Whether the client has chosen to be told of extents.
  private(set) var tellsAllocation = false

  init(_ export: any NBDExport, named exportName: String) {
    self.export = export
    self.exportName = exportName
  }

  /// What a server says first.
  static func greeting() -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeInteger(NBDMagic.greeting)
    bytes.writeInteger(NBDMagic.option)
    bytes.writeInteger(UInt16(3))
    return bytes
  }

  /// Takes as much of `input` as it can, and appends the answers to `output`.
  mutating func advance(_ input: inout ByteBuffer, _ output: inout ByteBuffer) -> Step {
    while true {
      switch state {
      case .ended(let step): return step
      case .clientFlags:
        guard let flags = input.readInteger(as: UInt32.self) else { return .wait }
        takeClientFlags(NBDHandshakeFlags(rawValue: flags))
      case .options:
        guard let isWhole = takeOption(&input, &output) else { return end(.close) }
        if !isWhole { return .wait }
      }
    }
  }

  private mutating func takeClientFlags(_ flags: NBDHandshakeFlags) {
    sendsZeroes = !flags.contains(.noZeroes)
    let isKnown = flags.isSubset(of: [.fixedNewstyle, .noZeroes])
    state = isKnown && flags.contains(.fixedNewstyle) ? .options : .ended(.close)
  }

  private mutating func end(_ step: Step) -> Step {
    state = .ended(step)
    return step
  }

  /// - Returns: `false` where the option is not whole yet; `nil` where it can be none.
  private mutating func takeOption(_ input: inout ByteBuffer, _ output: inout ByteBuffer) -> Bool? {
    var bytes = input
    guard let magic = bytes.readInteger(as: UInt64.self) else { return false }
    guard magic == NBDMagic.option else { return nil }
    guard let number = bytes.readInteger(as: UInt32.self),
      let byteCount = bytes.readInteger(as: UInt32.self)
    else { return false }
    guard byteCount <= NBDLimits.maximumOptionByteCount else { return nil }
    guard var data = bytes.readSlice(length: Int(byteCount)) else { return false }
    input = bytes
    optionCount += 1
    guard optionCount <= NBDLimits.maximumOptionCount else { return nil }
    answer(number, &data, &output)
    return true
  }

  private mutating func answer(
    _ number: UInt32, _ data: inout ByteBuffer, _ output: inout ByteBuffer
  ) {
    switch NBDOption(rawValue: number) {
    case .exportName:
      let name = data.readString(length: data.readableBytes) ?? ""
      guard isMine(name) else {
        state = .ended(.close)
        return
      }
      output.writeInteger(export.byteCount)
      output.writeInteger(flags.rawValue)
      if sendsZeroes { output.writeRepeatingByte(0, count: 124) }
      state = .ended(.transmission)
    case .abort:
      reply(.acknowledged, to: number, &output)
      state = .ended(.close)
    case .list:
      guard data.readableBytes == 0 else { return reply(.invalid, to: number, &output) }
      reply(.server, to: number, &output) { bytes in
        bytes.writeInteger(UInt32(exportName.utf8.count))
        bytes.writeString(exportName)
      }
      reply(.acknowledged, to: number, &output)
    case .info, .go: describe(number, &data, &output)
    case .structuredReply:
      guard data.readableBytes == 0 else { return reply(.invalid, to: number, &output) }
      usesStructuredReplies = true
      reply(.acknowledged, to: number, &output)
    case .listMetaContext, .setMetaContext: chooseContexts(number, &data, &output)
    case .startTLS, nil:
      reply(.unsupported, to: number, &output)
    }
  }

  private mutating func describe(
    _ number: UInt32, _ data: inout ByteBuffer, _ output: inout ByteBuffer
  ) {
    guard let name = Self.text(&data),
      let requestCount = data.readInteger(as: UInt16.self),
      data.readableBytes == Int(requestCount) * 2
    else { return reply(.invalid, to: number, &output) }
    guard isMine(name) else { return reply(.unknownExport, to: number, &output) }
    reply(.info, to: number, &output) { bytes in
      bytes.writeInteger(NBDInfo.export.rawValue)
      bytes.writeInteger(export.byteCount)
      bytes.writeInteger(flags.rawValue)
    }
    reply(.info, to: number, &output) { bytes in
      bytes.writeInteger(NBDInfo.blockSize.rawValue)
      bytes.writeInteger(export.minimumBlockByteCount)
      bytes.writeInteger(
        max(NBDLimits.preferredBlockByteCount, export.minimumBlockByteCount))
      bytes.writeInteger(NBDLimits.maximumByteCount)
    }
    reply(.acknowledged, to: number, &output)
    if number == NBDOption.go.rawValue { state = .ended(.transmission) }
  }

  /// A list without queries is one of all contexts; a choice without any takes the last one back.
  private mutating func chooseContexts(
    _ number: UInt32, _ data: inout ByteBuffer, _ output: inout ByteBuffer
  ) {
    let isChoice = number == NBDOption.setMetaContext.rawValue
    if isChoice { tellsAllocation = false }
    guard usesStructuredReplies, let name = Self.text(&data),
      let queryCount = data.readInteger(as: UInt32.self)
    else { return reply(.invalid, to: number, &output) }
    var isAsked = !isChoice && queryCount == 0
    // Each takes four bytes at least, so that their number costs no more than they do.
    for _ in 0..<queryCount {
      guard let query = Self.text(&data) else { return reply(.invalid, to: number, &output) }
      isAsked = isAsked || query == NBDExtent.contextName || (!isChoice && query == "base:")
    }
    guard data.readableBytes == 0 else { return reply(.invalid, to: number, &output) }
    guard isMine(name) else { return reply(.unknownExport, to: number, &output) }
    if isAsked {
      tellsAllocation = tellsAllocation || isChoice
      reply(.metaContext, to: number, &output) { bytes in
        bytes.writeInteger(isChoice ? NBDExtent.contextNumber : 0)
        bytes.writeString(NBDExtent.contextName)
      }
    }
    reply(.acknowledged, to: number, &output)
  }

  /// A text after its length.
  private static func text(_ data: inout ByteBuffer) -> String? {
    guard let byteCount = data.readInteger(as: UInt32.self) else { return nil }
    return data.readString(length: Int(min(byteCount, UInt32(Int32.max))))
  }

  /// The empty name is the default export.
  private func isMine(_ name: String) -> Bool { name.isEmpty || name == exportName }

  private var flags: NBDTransmissionFlags {
    var flags: NBDTransmissionFlags = [.hasFlags, .flush, .multipleConnections]
    if usesStructuredReplies { flags.insert(.dontFragment) }
    flags.formUnion(export.isReadOnly ? .readOnly : [.fua, .trim, .writeZeroes])
    return flags
  }

  private func reply(
    _ kind: NBDOptionReply, to option: UInt32, _ output: inout ByteBuffer,
    _ fill: (inout ByteBuffer) -> Void = { _ in }
  ) {
    var data = ByteBuffer()
    fill(&data)
    output.writeInteger(NBDMagic.optionReply)
    output.writeInteger(option)
    output.writeInteger(kind.rawValue)
    output.writeInteger(UInt32(data.readableBytes))
    output.writeBuffer(&data)
  }
}
