import Host
import TestSupport
import Testing

/// `powercut inspect` on VHDX images, whole and damaged.
@Suite struct InspectImageTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path("V") }

  private static let keys = [
    "areRegionTablesEqual", "blockEntries", "blocks", "command", "creator", "currentHeader", "disk",
    "fileByteCount", "headers", "isReplayed", "kind", "log", "logEntries", "metadataItems",
    "opens", "outcome", "problems", "refusal", "regionTables", "schemaVersion", "subject",
    "version",
  ]

  init() throws {
    folder = try TemporaryFolder()
  }

  /// 64 MiB in blocks of 1 MiB: log, block table and metadata at 1, 2 and 3 MiB, two blocks from 8 MiB.
  private func makeImage() throws {
    try shell(
      """
      qemu-img create -q -f vhdx -o block_size=1M,subformat=dynamic '\(image)' 64M
      qemu-io -f vhdx -c 'write -P 1 5M 4k' -c 'write -P 2 0 4k' '\(image)' > /dev/null
      """)
  }

  private func patch(_ bytes: [UInt8], at byteOffset: Int) throws {
    let octal = bytes.map { "\\" + String($0, radix: 8) }.joined()
    try shell(
      "printf '\(octal)' | dd of='\(image)' bs=1 seek=\(byteOffset) conv=notrunc status=none")
  }

  private func inspect(_ arguments: String...) throws -> ToolRun {
    try ToolRun(["inspect", image, "--format", "json"] + arguments)
  }

  @Test func wholeImageIsToldInFull() throws {
    try makeImage()
    let run = try inspect()
    #expect(run.status == 0)
    let report = try run.json
    #expect(report.keys.keys.sorted() == Self.keys)
    #expect(report.number("schemaVersion") == 1)
    #expect(report.text("kind") == "vhdx")
    #expect(report.text("fileByteCount") == "0xa00000")
    #expect(report.text("creator")?.hasPrefix("QEMU") == true)
    #expect(report.bool("areRegionTablesEqual") == true)
    #expect(report.bool("isReplayed") == false)
    #expect(try report.list("problems").isEmpty)
    #expect(report.isNull("blockEntries") && report.isNull("logEntries"))
    let log = try report.object("log")
    #expect(log.text("state") == "empty")
    #expect(log.text("byteOffset") == "0x100000" && log.text("byteCount") == "0x100000")
    // QEMU starts a log of its own for each block, and leaves the entries where they are.
    #expect(log.number("foreignEntryCount") == 2)
    let disk = try report.object("disk")
    #expect(disk.text("kind") == "dynamic")
    #expect(disk.text("virtualDiskByteCount") == "0x4000000")
    #expect(disk.text("blockByteCount") == "0x100000")
    #expect(disk.number("logicalSectorByteCount") == 512)
    #expect(disk.isNull("parentLocator"))
    #expect(try report.list("metadataItems").count == 5)
    let regions = try report.list("regionTables")[0].list("entries")
    #expect(regions.map { $0.text("name") } == ["block allocation table", "metadata"])
    #expect(regions.map { $0.text("byteOffset") } == ["0x200000", "0x300000"])
    let blocks = try report.object("blocks")
    let counts = try blocks.list("payloadCounts")
    #expect(counts.first { $0.text("state") == "fully-present" }?.text("entryCount") == "0x2")
    #expect(counts.first { $0.text("state") == "zero" }?.text("entryCount") == "0x3e")
    #expect(blocks.text("allocatedByteCount") == "0x200000")
    // From metadata's end at 4 MiB to the first block at 8 MiB.
    #expect(blocks.text("unusedByteCount") == "0x400000")
    let gaps = try blocks.list("largestGaps")
    #expect(gaps.map { $0.text("byteOffset") } == ["0x400000"])
  }

  @Test func usedEntriesAreListedWithTheirPlaces() throws {
    try makeImage()
    let entries = try inspect("--entries").json.list("blockEntries")
    let present = entries.filter { $0.text("state") == "fully-present" }
    #expect(present.map { $0.text("index") } == ["0x0", "0x5"])
    #expect(present.map { $0.text("fileByteOffset") } == ["0x900000", "0x800000"])
    #expect(present.map { $0.text("entryByteOffset") } == ["0x200000", "0x200028"])
    let text = try ToolRun(["inspect", image, "--entries"])
    #expect(text.result.contains("block 5  entry 5  fully-present  byte 8388608"))
  }

  @Test func logIsToldWithItsRunsAndEntries() throws {
    try RecoverImages.makeDirty(in: folder)
    try shell("cp '\(folder.path("dirty.vhdx"))' '\(image)'")
    let run = try inspect("--entries")
    #expect(run.status == 0, "a log that can be replayed is no problem")
    let report = try run.json
    let log = try report.object("log")
    #expect(report.bool("isReplayed") == true)
    #expect(log.text("state") == "replayable")
    #expect(log.text("logGUID") == "04030201-0605-0807-090A-0B0C0D0E0F10")
    let runs = try log.list("runs")
    #expect(runs.count == 1)
    #expect(runs[0].text("firstSequenceNumber") == "0x4")
    #expect(runs[0].text("lastSequenceNumber") == "0x6")
    #expect(runs[0].text("tailByteOffset") == "0x2000")
    #expect(runs[0].text("byteCount") == "0x6000")
    #expect(runs[0].text("ending")?.contains("no entry signature") == true)
    let entries = try report.list("logEntries")
    #expect(entries.map { $0.bool("isReplayed") } == [false, true, true])
    #expect(entries.map { $0.text("fileByteOffset") } == ["0x100000", "0x102000", "0x104000"])
    let descriptors = try entries[1].list("descriptors")
    #expect(descriptors.map { $0.text("kind") } == ["zero", "data"])
    #expect(descriptors.map { $0.text("fileByteOffset") } == ["0x400000", "0x500000"])
    #expect(descriptors.map { $0.text("byteCount") } == ["0x10000", "0x1000"])
  }

  /// The log holds what the block table lacks: the block is there all the same, as it will be once the
  /// image is opened.
  @Test func blocksAreThoseThatReplayLeaves() throws {
    let cuts = try RecoverImages.recordQEMU(in: folder)
    let path = try #require(cuts.replayable.first)
    let stored = try shell("od -An -tx1 -j \(2 << 20) -N 1 '\(path)'")
    #expect(stored.contains("02"), "the entry as it stands is that of a block of zeroes")
    let report = try ToolRun(["inspect", path, "--format", "json", "--entries"]).json
    #expect(report.bool("isReplayed") == true)
    #expect(try report.list("blockEntries")[0].text("state") == "fully-present")
    #expect(try report.object("blocks").text("allocatedByteCount") == "0x100000")
    #expect(try ToolRun(["inspect", path]).result.contains("once the log is replayed"))
  }

  /// The larger run is incomplete since its tail is gone, so that the older one counts.
  @Test func runsThatAreNotReplayedSayWhy() throws {
    try RecoverImages.makeDirty(in: folder)
    try shell("cp '\(folder.path("dirty.vhdx"))' '\(image)'")
    // Without the entry at the tail, its successor stands alone.
    try patch([0], at: 0x102000)
    let run = try inspect()
    #expect(run.status == 0)
    let runs = try run.json.object("log").list("runs")
    #expect(runs.map { $0.text("standing") } == ["active", "incomplete"])
    #expect(runs.map { $0.text("lastSequenceNumber") } == ["0x4", "0x6"])
    let text = try ToolRun(["inspect", image]).result
    #expect(text.contains("incomplete: no entry of it starts at its tail, byte 8192 of the log"))
  }

  @Test func logThatCannotBeReplayedIsAProblem() throws {
    let cuts = try RecoverImages.recordQEMU(in: folder)
    let run = try ToolRun(["inspect", try #require(cuts.empty.first), "--format", "json"])
    #expect(run.status == 1)
    #expect(try run.json.list("problems").map { $0.text("rule") } == ["S05"])
    #expect(try run.json.object("log").text("state") == "refused")
    #expect(try run.json.object("disk").text("kind") == "dynamic", "the rest is told all the same")
  }

  struct Damage: Sendable {
    var place: Int
    var byte: UInt8
    var rule: String
  }

  private static let damages = [
    Damage(place: 0, byte: 0x78, rule: "H01"), Damage(place: 192 << 10, byte: 0, rule: "G09"),
    Damage(place: 3 << 20, byte: 0, rule: "M01"),
    Damage(place: (3 << 20) + (64 << 10), byte: 1, rule: "M08"),
    Damage(place: (2 << 20) + 1, byte: 1, rule: "B02"),
  ]

  @Test(arguments: damages)
  func damagedPartIsToldAndTheOthersToo(damage: Damage) throws {
    try makeImage()
    try patch([damage.byte], at: damage.place)
    let run = try inspect()
    #expect(run.status == 1)
    let report = try run.json
    #expect(report.keys.keys.sorted() == Self.keys)
    let rules = try report.list("problems").compactMap { $0.text("rule") }
    #expect(rules == [damage.rule])
    // The other copy of the region table makes up for a damaged one, and nothing for anything else.
    #expect(report.bool("opens") == (damage.rule == "G09"))
    #expect(report.text("currentHeader") != nil)
    #expect(try report.object("log").text("state") == "empty")
    #expect(try report.list("regionTables")[1].list("entries").count == 2)
    #expect(try !ToolRun(["inspect", image]).result.isEmpty)
  }

  /// Both copies are valid, and neither counts.
  @Test(arguments: [
    ("data[262144 + 44] = 1; start, length = 262144, 65536", "G09"),
    ("data[65544:65552] = data[131080:131088]; start, length = 65536, 4096", "H04"),
  ])
  func copiesThatContradictEachOtherAreAProblem(change: String, rule: String) throws {
    try makeImage()
    let program = """
      import sys
      data = bytearray(open(sys.argv[1], 'rb').read())
      \(change)
      data[start:start + length] = sealed(data[start:start + length])
      open(sys.argv[1], 'wb').write(data)
      """
    try Peer(program: "python3", package: "python3")
      .run(["-c", RecoverImages.checksums + program, image])
    let run = try inspect()
    #expect(run.status == 1)
    #expect(try run.json.list("problems").first?.text("rule") == rule)
    let recovered = try ToolRun(["recover", image])
    #expect(recovered.status == 1)
    #expect(recovered.result.contains("refused: \(rule)"))
  }

  @Test func everyTruncationIsToldWithoutATrap() throws {
    try makeImage()
    let ends = [
      8, 519, 65536, 65600, 69632, 131072, 135168, 196608, 196624, 262143, 327680, 1 << 20,
      (1 << 20) + 512, 2 << 20, (2 << 20) + 100, 3 << 20, (3 << 20) + 31, (3 << 20) + 65540,
      4 << 20,
      8 << 20, (9 << 20) + 1,
    ]
    for end in ends.reversed() {
      try shell("truncate -s \(end) '\(image)'")
      let run = try inspect("--entries")
      #expect(run.status == 1, "\(end) bytes: \(run.errors)")
      #expect(try run.json.text("fileByteCount") == "0x" + String(end, radix: 16))
      #expect(try !run.json.list("problems").isEmpty)
      #expect(try ToolRun(["inspect", image, "--entries"]).status == 1)
    }
  }

  /// Bytes at random places of everything that is parsed.
  @Test func garbageIsToldWithoutATrap() throws {
    try makeImage()
    let good = folder.path("good")
    try shell("cp '\(image)' '\(good)'")
    let program = """
      import random, shutil, sys
      shutil.copyfile(sys.argv[1], sys.argv[2])
      random.seed(int(sys.argv[3]))
      with open(sys.argv[2], 'r+b') as file:
          for _ in range(random.choice([1, 4, 64])):
              start = random.choice([64 << 10, 128 << 10, 192 << 10, 1 << 20, 2 << 20, 3 << 20,
                                     (3 << 20) + (64 << 10)])
              file.seek(start + random.randrange(300))
              file.write(bytes(random.randrange(256) for _ in range(random.choice([1, 8]))))
      """
    for seed in 1...30 {
      try Peer(program: "python3", package: "python3")
        .run(["-c", program, good, image, "\(seed)"])
      let run = try inspect("--entries")
      #expect(run.status == 0 || run.status == 1, "seed \(seed): \(run.errors)")
      #expect(try run.json.keys.keys.sorted() == Self.keys)
    }
  }

  @Test func unknownAndUserItemsAreListed() throws {
    try makeImage()
    let program = """
      import struct, sys
      with open(sys.argv[1], 'r+b') as file:
          table = 3 << 20
          file.seek(table + 10)
          file.write(struct.pack('<H', 7))
          file.seek(table + 32 + 5 * 32)
          file.write(struct.pack('<16sIIII', bytes(range(16)), 0x20000, 100, 1, 0))
          file.write(struct.pack('<16sIIII', bytes(range(16)), 0, 0, 0, 0))
      """
    try Peer(program: "python3", package: "python3").run(["-c", program, image])
    let run = try inspect()
    #expect(run.status == 0)
    let items = try run.json.list("metadataItems")
    #expect(items.count == 7)
    #expect(items[5].bool("isUser") == true && items[5].isNull("name"))
    #expect(items[5].text("itemID") == "03020100-0504-0706-0809-0A0B0C0D0E0F")
    #expect(items[5].text("byteCount") == "0x64")
    #expect(items[6].bool("isUser") == false && items[6].isNull("name"))
    #expect(try ToolRun(["inspect", image]).result.contains("100 bytes at 131072, user"))
  }

  @Test func textShowsNoControlCharactersOfTheCreator() throws {
    try makeImage()
    try patch([0x1b, 0, 0x5b, 0], at: 8)
    let run = try ToolRun(["inspect", image])
    #expect(run.status == 0)
    #expect(run.result.contains("creator    '?[MU"))
    #expect(!run.result.contains("\u{1b}"))
  }

  @Test func whatIsNeitherImageNorLogIsRefused() throws {
    try shell(
      """
      cd '\(folder.path)'; mkdir folder; : > empty; head -c 300000 /dev/urandom > garbage
      printf vhdxfil > short
      """)
    for name in ["folder", "empty", "short", "garbage", "missing"] {
      let run = try ToolRun(["inspect", folder.path(name)])
      #expect(run.status == 2, "\(name)")
      #expect(run.errors.contains(name))
      #expect(run.result.isEmpty)
    }
  }
}
