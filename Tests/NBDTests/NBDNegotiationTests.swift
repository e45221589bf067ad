import NIOCore
import Testing

@testable import NBD

/// Bytes as doc/proto.md of the NBD project lays them out, written by hand.
@Suite struct NBDNegotiationTests {
  private static let fixedNewstyle: [UInt8] = [0, 0, 0, 3]

  private static func option(_ number: UInt8, _ data: [UInt8] = []) -> [UInt8] {
    Array("IHAVEOPT".utf8) + [0, 0, 0, number, 0, 0, 0, UInt8(data.count)] + data
  }

  private static func reply(
    to option: UInt8, _ kind: [UInt8], _ data: [UInt8] = []
  ) -> [UInt8] {
    [0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9, 0, 0, 0, option] + kind
      + [0, 0, 0, UInt8(data.count)] + data
  }

  private static let acknowledged: [UInt8] = [0, 0, 0, 1]
  private static let unsupported: [UInt8] = [0x80, 0, 0, 1]
  private static let invalid: [UInt8] = [0x80, 0, 0, 3]

  private static func carryOut(
    _ bytes: [UInt8], isReadOnly: Bool = false
  ) -> (step: NBDNegotiation.Step, sent: [UInt8], rest: Int) {
    var negotiation = NBDNegotiation(
      MemoryExport(byteCount: 1 << 20, isReadOnly: isReadOnly), named: "disk")
    var input = ByteBuffer(bytes: bytes)
    var output = ByteBuffer()
    let step = negotiation.advance(&input, &output)
    return (step, Array(output.readableBytesView), input.readableBytes)
  }

  @Test func theGreetingIsThatOfTheNewStyle() {
    #expect(
      Array(NBDNegotiation.greeting().readableBytesView)
        == Array("NBDMAGICIHAVEOPT".utf8) + [0, 3])
  }

  @Test func goTellsLengthFlagsAndBlockSizes() {
    let go: [UInt8] = [0, 0, 0, 4] + Array("disk".utf8) + [0, 0]
    let (step, sent, rest) = Self.carryOut(Self.fixedNewstyle + Self.option(7, go))
    #expect(step == .transmission)
    #expect(rest == 0)
    let info: [UInt8] = [0, 0, 0, 3]
    #expect(
      sent
        == Self.reply(
          to: 7, info,
          // flush, FUA, trim, write-zeroes, several connections: 1 + 4 + 8 + 32 + 64 + 256.
          [0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0x01, 0x6d])
        + Self.reply(to: 7, info, [0, 3, 0, 0, 0, 1, 0, 0, 0x10, 0, 2, 0, 0, 0])
        + Self.reply(to: 7, Self.acknowledged))
  }

  @Test func theExportsOwnBlockSizeIsTold() {
    var negotiation = NBDNegotiation(
      MemoryExport(byteCount: 1 << 20, minimumBlockByteCount: 512), named: "disk")
    var input = ByteBuffer(
      bytes: Self.fixedNewstyle + Self.option(7, [0, 0, 0, 0, 0, 0]))
    var output = ByteBuffer()
    #expect(negotiation.advance(&input, &output) == .transmission)
    // Behind the length and the flags: 32 bytes; header (20).
    #expect(
      Array(Array(output.readableBytesView)[52..<66])
        == [0, 3, 0, 0, 2, 0, 0, 0, 0x10, 0, 2, 0, 0, 0])
  }

  @Test func aReadOnlyExportSaysSo() {
    let go: [UInt8] = [0, 0, 0, 0, 0, 0]
    let (_, sent, _) = Self.carryOut(
      Self.fixedNewstyle + Self.option(7, go), isReadOnly: true)
    // Behind header (20 bytes), kind (2) and length (8): 1 + 2 + 4 + 256.
    #expect(Array(sent[30..<32]) == [0x01, 0x07])
  }

  @Test func theOldChoiceOfAnExportHasNoReplyHeader() {
    let name = Self.option(1, Array("disk".utf8))
    let zeroes = Self.carryOut([0, 0, 0, 1] + name)
    #expect(zeroes.step == .transmission)
    #expect(zeroes.sent.count == 8 + 2 + 124)
    #expect(Array(zeroes.sent.prefix(10)) == [0, 0, 0, 0, 0, 0x10, 0, 0, 0x01, 0x6d])
    #expect(Self.carryOut(Self.fixedNewstyle + name).sent.count == 10)
    #expect(Self.carryOut(Self.fixedNewstyle + Self.option(1, [0x78])).step == .close)
  }

  @Test func whatIsNotKnownIsRefusedAndTheClientGoesOn() {
    for number in [5, 11, 200] as [UInt8] {
      let (step, sent, _) = Self.carryOut(Self.fixedNewstyle + Self.option(number, [1, 2]))
      #expect(step == .wait)
      #expect(sent == Self.reply(to: number, Self.unsupported))
    }
  }

  private static let allocation: [UInt8] =
    [0, 0, 0, 1, 0, 0, 0, 15] + Array("base:allocation".utf8)

  @Test func allocationCanBeChosenWhereRepliesAreStructured() {
    let choice = Self.option(10, [0, 0, 0, 4] + Array("disk".utf8) + Self.allocation)
    let structured = Self.fixedNewstyle + Self.option(8)
    let acknowledged = Self.reply(to: 8, Self.acknowledged)
    #expect(
      Self.carryOut(structured + choice).sent == acknowledged
        + Self.reply(to: 10, [0, 0, 0, 4], [0, 0, 0, 1] + Array("base:allocation".utf8))
        + Self.reply(to: 10, Self.acknowledged))
    #expect(
      Self.carryOut(Self.fixedNewstyle + choice).sent == Self.reply(to: 10, Self.invalid))
    // Every context, those below "base:", and one that is not there.
    let named = Self.reply(to: 9, [0, 0, 0, 4], [0, 0, 0, 0] + Array("base:allocation".utf8))
    for (queries, expected) in [
      ([0, 0, 0, 0], named), ([0, 0, 0, 1, 0, 0, 0, 5] + Array("base:".utf8), named),
      ([0, 0, 0, 1, 0, 0, 0, 1, 0x78], []),
    ] as [([UInt8], [UInt8])] {
      #expect(
        Self.carryOut(structured + Self.option(9, [0, 0, 0, 0] + queries)).sent
          == acknowledged + expected + Self.reply(to: 9, Self.acknowledged))
    }
  }

  @Test(
    arguments: [
      [], [0, 0, 0, 0], [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0, 0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 1], [0xff, 0xff, 0xff, 0xff],
    ] as [[UInt8]])
  func aChoiceThatIsNoneIsRefused(data: [UInt8]) {
    let sent = Self.carryOut(Self.fixedNewstyle + Self.option(8) + Self.option(10, data)).sent
    #expect(sent == Self.reply(to: 8, Self.acknowledged) + Self.reply(to: 10, Self.invalid))
  }

  @Test func listNamesTheExport() {
    let (step, sent, _) = Self.carryOut(Self.fixedNewstyle + Self.option(3))
    #expect(step == .wait)
    #expect(
      sent
        == Self.reply(to: 3, [0, 0, 0, 2], [0, 0, 0, 4] + Array("disk".utf8))
        + Self.reply(to: 3, Self.acknowledged))
    #expect(
      Self.carryOut(Self.fixedNewstyle + Self.option(3, [1])).sent
        == Self.reply(to: 3, Self.invalid))
  }

  @Test(
    arguments: [
      [0, 0, 0, 9, 0x64, 0, 0], [0xff, 0xff, 0xff, 0xff, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0, 0, 7],
    ] as [[UInt8]])
  func aGoThatIsNoneIsRefused(data: [UInt8]) {
    let (step, sent, _) = Self.carryOut(Self.fixedNewstyle + Self.option(7, data))
    #expect(step == .wait)
    #expect(sent == Self.reply(to: 7, Self.invalid))
  }

  @Test func anotherNameIsUnknown() {
    let (step, sent, _) = Self.carryOut(
      Self.fixedNewstyle + Self.option(7, [0, 0, 0, 1, 0x78, 0, 0]))
    #expect(step == .wait)
    #expect(sent == Self.reply(to: 7, [0x80, 0, 0, 6]))
  }

  @Test(
    arguments: [
      [0, 0, 0, 0], [0, 0, 0, 2], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 3] + Array("IHAVEOPS".utf8),
      [0, 0, 0, 3] + Array("IHAVEOPT".utf8) + [0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff],
      [0, 0, 0, 3] + Array("IHAVEOPT".utf8) + [0, 0, 0, 7, 0, 0, 0x20, 1],
    ] as [[UInt8]])
  func whoDoesNotSpeakTheProtocolIsDropped(bytes: [UInt8]) {
    let (step, sent, _) = Self.carryOut(bytes)
    #expect(step == .close)
    #expect(sent.isEmpty)
  }

  @Test func optionsWithoutAnEndAreEnded() {
    let (step, _, _) = Self.carryOut(
      Self.fixedNewstyle + (0..<65).flatMap { _ in Self.option(8) })
    #expect(step == .close)
  }

  /// Byte after byte it comes to the same.
  @Test func piecesAreWaitedFor() {
    let bytes = Self.fixedNewstyle + Self.option(8) + Self.option(7, [0, 0, 0, 0, 0, 0])
    var negotiation = NBDNegotiation(MemoryExport(byteCount: 1 << 20), named: "disk")
    var input = ByteBuffer()
    var output = ByteBuffer()
    for (place, byte) in bytes.enumerated() {
      input.writeInteger(byte)
      let step = negotiation.advance(&input, &output)
      #expect(step == (place == bytes.count - 1 ? .transmission : .wait))
    }
    #expect(negotiation.usesStructuredReplies)
    #expect(Array(output.readableBytesView) == Self.carryOut(bytes).sent)
  }
}
