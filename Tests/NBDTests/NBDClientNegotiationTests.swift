import NIOCore
import Testing

@testable import NBD

/// What servers say, as bytes that doc/proto.md of the NBD project lays out, written by hand.
@Suite struct NBDClientNegotiationTests {
  private static let greeting: [UInt8] = Array("NBDMAGICIHAVEOPT".utf8) + [0, 3]

  private static func reply(_ kind: [UInt8], _ data: [UInt8] = []) -> [UInt8] {
    [0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9, 0, 0, 0, 7] + kind
      + [0, 0, 0, UInt8(data.count)] + data
  }

  private static let acknowledged = reply([0, 0, 0, 1])
  /// 1 MiB; flags, flush, FUA, write-zeroes.
  private static let export = reply([0, 0, 0, 3], [0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0x00, 0x4d])
  private static let blockSizes = reply(
    [0, 0, 0, 3], [0, 3, 0, 0, 2, 0, 0, 0, 0x10, 0, 0, 0x20, 0, 0])

  private static func carryOut(
    _ bytes: [UInt8], name: String = "a"
  ) throws -> (step: NBDClientNegotiation.Step, sent: [UInt8]) {
    var negotiation = NBDClientNegotiation(exportName: name)
    var input = ByteBuffer(bytes: bytes)
    var output = ByteBuffer()
    let step = try negotiation.advance(&input, &output)
    return (step, Array(output.readableBytesView))
  }

  @Test func theExportIsAskedForByItsName() throws {
    let (step, sent) = try Self.carryOut(Self.greeting)
    #expect(step == .wait)
    #expect(
      sent == [0, 0, 0, 3] + Array("IHAVEOPT".utf8)
        + [0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1, 0x61, 0, 1, 0, 3])
  }

  @Test func lengthFlagsAndBlockSizesAreTakenAsTheyAreTold() throws {
    let (step, _) = try Self.carryOut(
      Self.greeting + Self.export + Self.blockSizes + Self.acknowledged)
    guard case .transmission(let export) = step else {
      Issue.record("\(step)")
      return
    }
    #expect(export.byteCount == 1 << 20)
    #expect(export.canFlush && export.canFUA && export.canWriteZeroes)
    #expect(!export.isReadOnly && !export.canTrim && !export.isForMultipleConnections)
    #expect(export.minimumBlockByteCount == 512)
    #expect(export.preferredBlockByteCount == 4096)
    #expect(export.maximumBlockByteCount == 2 << 20)
  }

  @Test func anOldServerIsAskedInTheOldWay() throws {
    let unsupported = Self.reply([0x80, 0, 0, 1])
    let asked = try Self.carryOut(Self.greeting + unsupported)
    #expect(asked.sent.suffix(17) == Array("IHAVEOPT".utf8) + [0, 0, 0, 1, 0, 0, 0, 1, 0x61])
    let fields: [UInt8] = [0, 0, 0, 0, 0, 0, 0x10, 0, 0x00, 0x03]
    let (step, _) = try Self.carryOut(Self.greeting + unsupported + fields)
    guard case .transmission(let export) = step else {
      Issue.record("\(step)")
      return
    }
    #expect(export.byteCount == 4096)
    #expect(export.isReadOnly)
    // Without the flag for it, 124 zeroes follow.
    let old = Array("NBDMAGICIHAVEOPT".utf8) + [0, 1]
    let zeroes = [UInt8](repeating: 0, count: 124)
    #expect(try Self.carryOut(old + unsupported + fields + zeroes.dropLast()).step == .wait)
    #expect(try Self.carryOut(old + unsupported + fields + zeroes).step != .wait)
  }

  /// Byte after byte it comes to the same.
  @Test func piecesAreWaitedFor() throws {
    let bytes = Self.greeting + Self.export + Self.blockSizes + Self.acknowledged
    var negotiation = NBDClientNegotiation(exportName: "a")
    var input = ByteBuffer()
    var output = ByteBuffer()
    for (place, byte) in bytes.enumerated() {
      input.writeInteger(byte)
      let step = try negotiation.advance(&input, &output)
      #expect((step == .wait) == (place < bytes.count - 1))
    }
  }

  /// A server's list of exports, then the answer that it ends with.
  private static func list(_ names: [String]) -> [UInt8] {
    func reply(_ kind: UInt8, _ data: [UInt8]) -> [UInt8] {
      [0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9, 0, 0, 0, 3, 0, 0, 0, kind]
        + [0, 0, 0, UInt8(data.count)] + data
    }
    return names.flatMap { reply(2, [0, 0, 0, UInt8($0.utf8.count)] + Array($0.utf8)) }
      + reply(1, [])
  }

  @Test func theOnlyExportIsTakenWhereNoneIsNamed() throws {
    let refused = Self.reply([0x80, 0, 0, 6])
    let asked = try Self.carryOut(Self.greeting + refused, name: "")
    #expect(asked.step == .wait)
    #expect(asked.sent.suffix(16) == Array("IHAVEOPT".utf8) + [0, 0, 0, 3, 0, 0, 0, 0])
    let found = try Self.carryOut(
      Self.greeting + refused + Self.list(["b"]) + Self.export + Self.acknowledged, name: "")
    #expect(found.step != .wait)
    #expect(
      found.sent.suffix(25)
        == Array("IHAVEOPT".utf8)
        + [0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1, 0x62, 0, 1, 0, 3])
  }

  @Test func ofSeveralExportsNoneIsTaken() throws {
    let refused = Self.greeting + Self.reply([0x80, 0, 0, 6], Array("no such".utf8))
    for names in [[], ["a", "b"]] {
      #expect(throws: NBDClientError.self) {
        try Self.carryOut(refused + Self.list(names), name: "")
      }
    }
    // One that lists nothing, and one that refuses what it has listed: the first reason counts.
    let forbidden: [UInt8] = [
      0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9, 0, 0, 0, 3, 0x80, 0, 0, 2, 0, 0, 0, 0,
    ]
    #expect(throws: NBDClientError.refused("no such")) {
      try Self.carryOut(refused + forbidden, name: "")
    }
    #expect(throws: NBDClientError.refused("error 6")) {
      try Self.carryOut(refused + Self.list(["a"]) + Self.reply([0x80, 0, 0, 6]), name: "")
    }
    // A name is what was asked for, or nothing.
    #expect(throws: NBDClientError.refused("no such")) {
      try Self.carryOut(refused + Self.list(["a"]), name: "c")
    }
  }

  @Test func aRefusalIsToldInTheServersWords() {
    let refused = Self.reply([0x80, 0, 0, 6], Array("no such disk".utf8))
    #expect(throws: NBDClientError.refused("no such disk")) {
      try Self.carryOut(Self.greeting + refused)
    }
    #expect(throws: NBDClientError.refused("error 2")) {
      try Self.carryOut(Self.greeting + Self.reply([0x80, 0, 0, 2]))
    }
  }

  @Test(
    arguments: [
      Array("HTTP/1.1 400 Bad".utf8),
      Array("NBDMAGIC".utf8) + [0, 0, 0x42, 2, 0x81, 0x86, 0x12, 0x53, 0, 0],
      Array("NBDMAGICIHAVEOPT".utf8) + [0, 0], greeting + acknowledged,
      greeting + [UInt8](repeating: 0xff, count: 20),
      // An answer of 4 GiB, one to another option, and an unknown kind that is no error.
      greeting + reply([0, 0, 0, 3]).dropLast(4) + [0xff, 0xff, 0xff, 0xff],
      greeting + [
        0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0,
      ],
      greeting + reply([0, 0, 0, 9]), greeting + reply([0, 0, 0, 3], [0]),
      greeting + reply([0, 0, 0, 3], [0, 0, 1]),
      // Block sizes of 0, of 3, and a largest one below the smallest.
      greeting + reply([0, 0, 0, 3], [0, 3, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0x20, 0, 0]),
      greeting + reply([0, 0, 0, 3], [0, 3, 0, 0, 0, 3, 0, 0, 0x10, 0, 0, 0x20, 0, 0]),
      greeting + reply([0, 0, 0, 3], [0, 3, 0, 0, 2, 0, 0, 0, 0x10, 0, 0, 0, 0, 1]),
      greeting + (0..<65).flatMap { _ in export },
    ] as [[UInt8]])
  func whatIsNotTheProtocolIsAnError(bytes: [UInt8]) {
    let error = #expect(throws: NBDClientError.self) { try Self.carryOut(bytes) }
    guard case .notTheProtocol = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
