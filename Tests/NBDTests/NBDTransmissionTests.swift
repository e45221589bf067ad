import NIOCore
import Testing

@testable import NBD

@Suite struct NBDTransmissionTests {
  /// A request as it is on the wire.
  private static func request(
    _ command: UInt8, flags: UInt8 = 0, at offset: [UInt8] = [0, 0, 0, 0, 0, 0, 2, 0],
    _ byteCount: [UInt8] = [0, 0, 2, 0], data: [UInt8] = []
  ) -> [UInt8] {
    [0x25, 0x60, 0x95, 0x13, 0, flags, 0, command, 1, 2, 3, 4, 5, 6, 7, 8] + offset + byteCount
      + data
  }

  private static func parsed(_ bytes: [UInt8]) throws -> NBDRequest {
    var input = ByteBuffer(bytes: bytes)
    guard case .request(let request) = NBDRequest.parse(&input) else { throw NotARequest() }
    #expect(input.readableBytes == 0)
    return request
  }

  private struct NotARequest: Error {}

  private static func reply(
    to bytes: [UInt8], _ export: MemoryExport, structured: Bool = false
  ) throws -> [UInt8] {
    var output = ByteBuffer()
    let transmission = NBDTransmission(export: export, usesStructuredReplies: structured)
    let origin = NBDOrigin(connectionNumber: 0, arrivalNumber: 0)
    transmission.encode(transmission.carryOut(try parsed(bytes), from: origin), &output)
    return Array(output.readableBytesView)
  }

  private static func simple(_ error: UInt8 = 0, _ data: [UInt8] = []) -> [UInt8] {
    [0x67, 0x44, 0x66, 0x98, 0, 0, 0, error, 1, 2, 3, 4, 5, 6, 7, 8] + data
  }

  @Test func eachCommandReachesTheDisk() throws {
    let export = MemoryExport(byteCount: 4096)
    let bytes = [UInt8](repeating: 0xab, count: 512)
    #expect(
      try Self.reply(to: Self.request(0), export)
        == Self.simple(0, [UInt8](repeating: 2, count: 512)))
    #expect(try Self.reply(to: Self.request(1, flags: 1, data: bytes), export) == Self.simple())
    #expect(try Self.reply(to: Self.request(3), export) == Self.simple())
    #expect(try Self.reply(to: Self.request(6, flags: 2), export) == Self.simple())
    #expect(try Self.reply(to: Self.request(4), export) == Self.simple())
    #expect(
      export.calls == [
        "read [512, 1024)", "write 512 512 fua", "flush", "zeroes [512, 1024) keep",
        "trim [512, 1024)",
      ])
  }

  @Test func aStructuredReadIsOneChunk() throws {
    let export = MemoryExport(byteCount: 4096)
    let reply = try Self.reply(to: Self.request(0), export, structured: true)
    #expect(
      Array(reply.prefix(28))
        == [
          0x66, 0x8e, 0x33, 0xef, 0, 1, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 2, 8,
          0, 0, 0, 0, 0, 0, 2, 0,
        ])
    #expect(Array(reply.dropFirst(28)) == [UInt8](repeating: 2, count: 512))
  }

  /// 512 zeroes are told in twelve bytes, to who knows that.
  @Test func aReadOfAHoleSendsNoZeroes() throws {
    let export = MemoryExport(byteCount: 4096)
    #expect(try Self.reply(to: Self.request(6), export) == Self.simple())
    #expect(
      try Self.reply(to: Self.request(0), export, structured: true)
        == [
          0x66, 0x8e, 0x33, 0xef, 0, 1, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 12,
          0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0,
        ])
    #expect(
      try Self.reply(to: Self.request(0), export)
        == Self.simple(0, [UInt8](repeating: 0, count: 512)))
  }

  /// What lies outside, is of no length, or of an unknown command.
  @Test(
    arguments: [
      (request(0, at: [0, 0, 0, 0, 0, 0, 0x0f, 0]), 22), (request(0, [0, 0, 0, 0]), 22),
      (request(0, at: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]), 22),
      (request(6, [0xff, 0xff, 0xff, 0xff]), 28), (request(4, [0xff, 0xff, 0xff, 0xff]), 22),
      (request(9), 22), (request(5), 22), (request(255), 22),
      (request(1, at: [0, 0, 0, 0, 0, 0, 0x10, 0], data: [UInt8](repeating: 0, count: 512)), 28),
    ] as [([UInt8], UInt8)])
  func whatCannotBeIsRefused(bytes: [UInt8], error: UInt8) throws {
    let export = MemoryExport(byteCount: 4096)
    #expect(try Self.reply(to: bytes, export) == Self.simple(error))
    #expect(export.calls.isEmpty)
  }

  @Test func aReadOnlyDiskIsNotChanged() throws {
    let export = MemoryExport(byteCount: 4096, isReadOnly: true)
    for command in [1, 4, 6] as [UInt8] {
      let data = [UInt8](repeating: 0, count: command == 1 ? 512 : 0)
      #expect(
        try Self.reply(to: Self.request(command, data: data), export) == Self.simple(1))
    }
    #expect(export.calls.isEmpty)
  }

  /// FAST_ZERO (16) was not offered, DF (4) only where replies are structured, 8 is nothing here.
  @Test(arguments: [(6, 16), (1, 2), (0, 4), (3, 8), (4, 2)] as [(UInt8, UInt8)])
  func flagsThatWereNotOfferedAreRefused(command: UInt8, flags: UInt8) throws {
    let export = MemoryExport(byteCount: 4096)
    let data = [UInt8](repeating: 0, count: command == 1 ? 512 : 0)
    #expect(
      try Self.reply(to: Self.request(command, flags: flags, data: data), export)
        == Self.simple(22))
    #expect(export.calls.isEmpty)
  }

  @Test func extentsAreToldWhereTheyWereAskedFor() throws {
    let export = MemoryExport(byteCount: 4096)
    let request = Self.request(7, flags: 8)
    #expect(try Self.reply(to: request, export) == Self.simple(22))
    var output = ByteBuffer()
    let transmission = NBDTransmission(
      export: export, usesStructuredReplies: true, tellsAllocation: true)
    let origin = NBDOrigin(connectionNumber: 0, arrivalNumber: 0)
    var reply = transmission.carryOut(try Self.parsed(request), from: origin)
    reply.outcome = .extents([
      NBDExtent(byteCount: 256, isHole: true), NBDExtent(byteCount: 256, isHole: false),
    ])
    transmission.encode(reply, &output)
    #expect(
      Array(output.readableBytesView) == [
        0x66, 0x8e, 0x33, 0xef, 0, 1, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 20,
        0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0, 0, 0,
      ])
  }

  @Test func whatIsNotMadeOfBlocksIsRefused() throws {
    let export = MemoryExport(byteCount: 4096, minimumBlockByteCount: 512)
    for (place, count) in [(0x100, 512), (512, 0x100)] as [(UInt16, UInt16)] {
      let bytes = Self.request(
        6, at: [0, 0, 0, 0, 0, 0, UInt8(place >> 8), UInt8(place & 255)],
        [0, 0, UInt8(count >> 8), UInt8(count & 255)])
      #expect(try Self.reply(to: bytes, export) == Self.simple(22))
    }
    #expect(try Self.reply(to: Self.request(6), export) == Self.simple())
    #expect(export.calls.count == 1)
  }

  @Test func anErrorOfTheDiskGoesToTheClient() throws {
    let export = MemoryExport(byteCount: 4096, failure: .inputOutput)
    #expect(try Self.reply(to: Self.request(0), export) == Self.simple(5))
    #expect(try Self.reply(to: Self.request(3), export) == Self.simple(5))
    #expect(
      try Self.reply(to: Self.request(0), export, structured: true)
        == [
          0x66, 0x8e, 0x33, 0xef, 0, 1, 0x80, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 67,
          0, 0, 0, 5, 0, 61,
        ] + Array("the disk's file or its recording could not be read or written".utf8))
  }

  @Test func aRequestIsWaitedForAndNotLongerThanItsLimit() throws {
    let bytes = Self.request(1, data: [UInt8](repeating: 7, count: 512))
    for count in 0..<bytes.count {
      var input = ByteBuffer(bytes: bytes.prefix(count))
      #expect(NBDRequest.parse(&input) == .incomplete)
      #expect(input.readableBytes == count)
    }
    for bad in [
      Self.request(1, [0x02, 0, 0, 1]), Self.request(1, [0xff, 0xff, 0xff, 0xff]),
      [0x25, 0x60, 0x95, 0x14] + Self.request(3).dropFirst(4),
    ] {
      var input = ByteBuffer(bytes: bad)
      #expect(NBDRequest.parse(&input) == .hopeless)
    }
  }
}
