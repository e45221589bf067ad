import Foundation
import Host
import TestSupport
import Testing

/// A good log with one thing wrong: each command ends soon, never by a signal, and says what stands
/// where.
@Suite struct DamagedLogsThroughToolTests {
  private let folder: TemporaryFolder
  private var log: String { folder.path("L") }

  /// A write at 4096, a FLUSH, a mark, a discard and a write at 0, made by Python: entry headers at
  /// bytes 512, 2048, 2560, 3072 and 3584 of 5120. Each field of the superblock and of the headers has
  /// the byte offset of the format's own table.
  private static let good: [UInt8] = {
    let program = """
      import struct, sys
      S = 512
      log = struct.pack('<QQQI', 0x6a736677736872, 1, 5, S).ljust(S, b'\\0')
      def entry(sector, count, flags, text=b'', data=b''):
          head = struct.pack('<QQQQ', sector, count, flags, len(text)) + text
          return head.ljust(S, b'\\0') + data
      log += entry(8, 2, 0, data=b'A' * 1024)
      log += entry(0, 0, 1)
      log += entry(0, 0, 8, text=b'here')
      log += entry(8, 1, 4)
      log += entry(0, 2, 2, data=b'B' * 1024)
      sys.stdout.buffer.write(log)
      """
    let outcome = try? ChildProcess.run(argv: ["python3", "-c", program])
    return outcome?.output ?? []
  }()

  init() throws {
    folder = try TemporaryFolder()
    try #require(Self.good.count == 5120)
  }

  private static let commands = [
    ["inspect"], ["check", "--states", "prefix,drop:1,random:5"], ["replay", "--digests"],
  ]

  @Test func undamagedLogPasses() throws {
    try OutputFile.write(Self.good, to: log)
    for command in Self.commands {
      #expect(try run(command).status == 0)
    }
  }

  /// Every byte of the first two sectors, then one in each part of every sector.
  @Test func everyTruncationIsSaid() throws {
    let lengths = Array(0..<64) + Array(stride(from: 64, to: 5120, by: 93)) + [511, 512, 513, 5119]
    for length in lengths {
      try OutputFile.write(Array(Self.good.prefix(length)), to: log)
      let inspect = try run(["inspect"], build: .release)
      #expect(inspect.status == 1 || inspect.status == 2, "\(length)")
      let said = inspect.result + inspect.errors
      #expect(said.contains("expected") && said.contains("found"), "\(length): \(said)")
      #expect(said.contains("at byte"), "\(length): \(said)")
      let check = try run(["check"], build: .release)
      #expect(check.status == 1, "\(length)")
      let replay = try run(["replay", "--digests"], build: .release)
      #expect(replay.status == 2, "\(length)")
      #expect(replay.result.isEmpty)
    }
  }

  struct Damage: CustomTestStringConvertible {
    var field: String
    var byteOffset: Int
    var value: UInt64
    var byteCount = 8
    /// Words of the message besides the field's name.
    var named: [String] = ["expected", "found"]
    var testDescription: String { "\(field) = 0x\(String(value, radix: 16))" }
  }

  static let superblockDamages =
    [0, 1, 0x6a73_6677_7368_73, UInt64.max].map {
      Damage(field: "magic", byteOffset: 0, value: $0, named: ["expected 0x6a736677736872"])
    }
    + [0, 2, UInt64.max].map {
      Damage(field: "version", byteOffset: 8, value: $0, named: ["expected 1"])
    }
    + [6, 1 << 32, UInt64(Int64.max), UInt64.max].map {
      Damage(field: "entryCount", byteOffset: 16, value: $0, named: ["expected at most 5"])
    }
    + [0, 1, 511, 513, 1536, 1 << 24, 1 << 31, 0xffff_ffff].map {
      Damage(field: "sectorByteCount", byteOffset: 24, value: $0, byteCount: 4)
    }

  static let headerDamages =
    [1 << 20, UInt64.max, UInt64.max / 512, 1 << 55].map {
      Damage(field: "sector", byteOffset: 512, value: $0)
    }
    + [3, 10, 1 << 32, UInt64.max, UInt64.max / 512, 1 << 55].map {
      Damage(field: "sectorCount", byteOffset: 520, value: $0)
    }
    + [32, 64, 1 << 63, UInt64.max].map {
      Damage(field: "flags", byteOffset: 528, value: $0)
    }
    + [1, 480, UInt64.max].map { Damage(field: "dataByteCount", byteOffset: 536, value: $0) }
    + [480, UInt64.max].map { Damage(field: "dataByteCount", byteOffset: 2584, value: $0) }
    + [1, UInt64.max].map { Damage(field: "sectorCount", byteOffset: 2568, value: $0) }
    + [UInt64.max, 1 << 55].map { Damage(field: "sectorCount", byteOffset: 3080, value: $0) }
    + [1, UInt64.max].map { Damage(field: "padding", byteOffset: 544, value: $0) }

  @Test(arguments: superblockDamages + headerDamages)
  func damagedFieldIsNamed(damage: Damage) throws {
    var bytes = Self.good
    for place in 0..<damage.byteCount {
      bytes[damage.byteOffset + place] = UInt8(truncatingIfNeeded: damage.value >> (8 * place))
    }
    try OutputFile.write(bytes, to: log)
    for command in Self.commands {
      let run = try run(command + ["--image-size", "64KiB"])
      #expect(run.status == 1 || run.status == 2, "\(command)")
      let said = run.result + run.errors
      for name in damage.named { #expect(said.contains(name), "\(command): \(said)") }
      #expect(said.contains("at byte"), "\(command): \(said)")
      #expect(
        damage.byteOffset < 512 || said.contains("entry "), "\(command) names no entry: \(said)")
    }
  }

  /// A log of five kilobytes may claim what it likes: memory and time stay those of the log.
  @Test(arguments: [16, 520, 3080], [UInt64(1) << 22, 1 << 24, 1 << 40])
  func hugeClaimsTakeNoMemory(byteOffset: Int, count: UInt64) throws {
    var bytes = Self.good
    for place in 0..<8 {
      bytes[byteOffset + place] = UInt8(truncatingIfNeeded: count >> (8 * place))
    }
    try OutputFile.write(bytes, to: log)
    let run = try checkInLittleMemory()
    #expect(run.status == 0 || run.status == 1, "\(run.outcome.status) \(run.errors)")
  }

  /// Marks claim promises for exabytes.
  @Test(
    arguments: [
      "pc1 size 1099511627776", "pc1 size 18446744073709551615",
      "pc1 begin 1 write-zeroes 0 9223372036854775296",
      "pc1 begin 1 write 0 1099511627776 0000000000000000",
      "pc1 begin 1 resize 9223372036854775296", "pc1 begin 1 discard 0 9223372036854775296",
    ])
  func hugePromisesCostNoMemoryAndAreJudged(mark: String) throws {
    try OutputFile.write(Self.good, to: log)
    let end = mark.contains("begin") ? "pc1 end 1 ok" : "pc1 recovered"
    try Peer(program: "python3", package: "python3").run([
      "-c",
      """
      import struct, sys
      log = bytearray(open(sys.argv[1], 'rb').read())
      for mark in sys.argv[2:]:
          text = mark.encode()
          log += (struct.pack('<QQQQ', 0, 0, 8, len(text)) + text).ljust(512, b'\\0')
      log[16:24] = struct.pack('<Q', 7)
      open(sys.argv[1], 'wb').write(log)
      """, log, mark, end,
    ])
    let run = try checkInLittleMemory()
    // With a mark the client's history is that of the marks, and the other writes are nobody's.
    #expect(run.status == 0 || run.status == 1, "\(run.outcome.status) \(run.errors)")
    #expect(run.result.contains("7 entries, "))
    #expect(!run.result.contains("not judged: D01"))
  }

  private func checkInLittleMemory() throws -> ToolRun {
    try ToolRun.line(
      "ulimit -v 2000000; exec powercut check '\(log)' --states prefix,drop:2", build: .release)
  }

  /// Bytes that are no log at all, in any amount.
  @Test(arguments: [0, 1, 27, 28, 511, 512, 4096, 100_000])
  func noiseIsRefused(byteCount: Int) throws {
    try OutputFile.write(
      (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }, to: log)
    for command in Self.commands {
      let run = try run(command)
      #expect(run.status == 1 || run.status == 2)
      #expect((run.result + run.errors).contains("'magic' at byte 0"))
    }
  }

  private func run(_ command: [String], build: BuiltProduct.Build = .own) throws -> ToolRun {
    let run = try ToolRun([command[0], log] + command.dropFirst(), build: build)
    try #require(run.status != nil, "\(command) ended by \(run.outcome.status)")
    return run
  }
}
