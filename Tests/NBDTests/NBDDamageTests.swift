import Bytes
import NIOCore
import Testing

@testable import NBD

/// Conversations with bytes changed at random: whatever comes of them, it is an answer, an error or the
/// end of the connection.
@Suite struct NBDDamageTests {
  /// Splitmix64, so that a failing case can be made again from its number.
  private struct Stream: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
      return word ^ (word >> 31)
    }
  }

  private static func damaged(_ bytes: [UInt8], _ seed: UInt64) -> [UInt8] {
    var stream = Stream(state: seed)
    var bytes = bytes
    for _ in 0...Int.random(in: 0...3, using: &stream) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &stream)
      switch Int.random(in: 0...3, using: &stream) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &stream)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &stream)
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + 4))
      default: bytes.insert(contentsOf: [0xff, 0xff, 0xff, 0xff], at: place)
      }
    }
    return bytes
  }

  private static func option(_ number: UInt8, _ data: [UInt8] = []) -> [UInt8] {
    Array("IHAVEOPT".utf8) + [0, 0, 0, number, 0, 0, 0, UInt8(data.count)] + data
  }

  private static func request(_ command: UInt8, _ data: [UInt8] = []) -> [UInt8] {
    [0x25, 0x60, 0x95, 0x13, 0, 0, 0, command, 1, 2, 3, 4, 5, 6, 7, command]
      + [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0] + data
  }

  @Test func noClientBreaksTheServer() {
    let context = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 15] + Array("base:allocation".utf8)
    let conversation =
      [0, 0, 0, 3] + Self.option(8) + Self.option(10, context) + Self.option(3)
      + Self.option(7, [0, 0, 0, 0, 0, 1, 0, 3])
      + Self.request(1, [UInt8](repeating: 7, count: 512)) + Self.request(0) + Self.request(7)
      + Self.request(6) + Self.request(4) + Self.request(3) + Self.request(2)
    var servedCount = 0
    for seed in 0..<UInt64(4000) {
      let export = MemoryExport(byteCount: 4096)
      var negotiation = NBDNegotiation(export, named: "disk")
      var input = ByteBuffer(bytes: Self.damaged(conversation, seed))
      var output = ByteBuffer()
      guard negotiation.advance(&input, &output) == .transmission else { continue }
      let transmission = NBDTransmission(
        export: export, usesStructuredReplies: negotiation.usesStructuredReplies,
        tellsAllocation: negotiation.tellsAllocation)
      while case .request(let request) = NBDRequest.parse(&input), request.command != .disconnect {
        let origin = NBDOrigin(connectionNumber: 0, arrivalNumber: 0)
        let reply =
          transmission.carryOutAtOnce(request, from: origin)
          ?? transmission.carryOut(request, from: origin)
        transmission.encode(reply, &output)
        servedCount += 1
      }
      #expect(output.readableBytes < 1 << 20)
      #expect(export.bytes.count == 4096)
    }
    // Most damage is after the negotiation.
    #expect(servedCount > 4000)
  }

  @Test func noServerBreaksTheClient() {
    let reply: [UInt8] = [0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9, 0, 0, 0, 7]
    var conversation = Array("NBDMAGICIHAVEOPT".utf8) + [0, 3]
    conversation += reply + [0, 0, 0, 3, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0x6d]
    conversation +=
      reply + [0, 0, 0, 3, 0, 0, 0, 14, 0, 3, 0, 0, 2, 0, 0, 0, 0x10, 0, 0, 0x20, 0, 0]
    conversation += reply + [0, 0, 0, 1, 0, 0, 0, 0]
    for cookie in 1...4 as ClosedRange<UInt8> {
      conversation += [0x67, 0x44, 0x66, 0x98, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, cookie]
      if cookie == 2 { conversation += [UInt8](repeating: 9, count: 512) }
    }
    var (answeredCount, errorCount) = (0, 0)
    for seed in 0..<UInt64(4000) {
      var negotiation = NBDClientNegotiation(exportName: "disk")
      var reader = NBDAnswerReader()
      for cookie in 1...4 as ClosedRange<UInt64> {
        reader.expect(cookie, answerByteCount: cookie == 2 ? 512 : 0)
      }
      var input = ByteBuffer(bytes: Self.damaged(conversation, seed))
      var output = ByteBuffer()
      do throws(NBDClientError) {
        guard case .transmission = try negotiation.advance(&input, &output) else { continue }
        while try reader.next(&input) != nil { answeredCount += 1 }
      } catch {
        errorCount += 1
      }
      #expect(output.readableBytes < 1 << 10)
    }
    #expect(answeredCount > 2000)
    #expect(errorCount > 1000)
  }
}
