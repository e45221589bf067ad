import Bytes
import Host
import Rules
import TestSupport
import Testing
import VDI

/// Damaged images from seeds: where the real program complains, so do we; where only we do, it is
/// by a rule of which docs/vdi.md says that the real program does not look.
@Suite struct VDIDamageTests {
  private static let seedCount: UInt64 = 240
  private static let shardCount: UInt64 = 4

  /// Header fields with values that are likely to matter, and entries of the map.
  private static let fields: [(byteOffset: UInt64, values: [[UInt8]])] = [
    (64, [[0], [0x7e, 0x10, 0xda, 0xbe]]),
    (68, [[0], [2], [1, 0, 2, 0]]),
    (72, [[0, 0], [0x90, 1], [0xff, 0xff, 0xff, 0xff]]),
    (76, [[0], [2], [3], [4]]),
    (80, [[1], [0xff, 0xff]]),
    (340, [[0, 0], [0, 4], [1, 2], [0, 6], [0, 0, 0x20]]),
    (344, [[0, 0], [0, 2], [0, 6], [1, 4], [0, 0, 0x10], [0, 0, 0, 0x40]]),
    (348, [[16, 0, 0, 0, 4]]),
    (360, [[0, 0], [0, 16]]),
    (368, [[1], [0, 0, 0], [0, 2], [0, 0, 0xff], [0, 0, 0, 0, 0, 0, 0, 0x80]]),
    (376, [[0, 0, 0], [0, 0, 0x20], [0, 0, 0x08]]),
    (380, [[0, 2], [1]]),
    (384, [[0], [4], [9], [0x81], [0xff, 0xff, 0xff, 0xff]]),
    (388, [[0], [1], [2], [4], [8], [0xff, 0xff, 0xff, 0xff]]),
    (392, [[0, 0, 0, 0]]),
    (424, [[1]]),
    (440, [[0, 0, 0, 0, 0, 0, 0, 1]]),
  ]
  private static let entries: [[UInt8]] = [
    [0, 0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0], [3, 0, 0, 0], [7, 0, 0, 0], [8, 0, 0, 0],
    [0xfd, 0xff, 0xff, 0xff], [0xfe, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff],
  ]

  /// Three blocks, each with bytes of its own.
  private static var image: MemoryImage {
    let file = QEMUVDI.file(map: [0, QEMUVDI.unallocated, 2, QEMUVDI.unallocated, 1])
    for number: UInt64 in 0..<3 {
      let bytes = [UInt8](repeating: UInt8(number) + 1, count: 4096)
      file.write(bytes, at: 1024 + number << 20 + number * 8192)
    }
    return file
  }

  /// - Returns: what was done to the image.
  private static func damage(_ file: MemoryImage, seed: UInt64) -> String {
    var random = SeededNumbers(seed: seed)
    func pick<Element>(_ list: [Element]) -> Element {
      list[Int(random.next() % UInt64(list.count))]
    }
    var notes: [String] = []
    for _ in 0...random.next() % 2 {
      switch random.next() % 5 {
      case 0, 1:
        let field = pick(fields)
        let value = pick(field.values)
        file.write(value, at: field.byteOffset)
        notes.append("\(value) at \(field.byteOffset)")
      case 2, 3:
        let entryIndex = random.next() % 9
        let value = pick(entries)
        file.write(value, at: 512 + entryIndex * 4)
        notes.append("entry \(entryIndex): \(value)")
      default:
        let byteCount =
          random.next() % 2 == 0 ? random.next() % 1100 : random.next() % file.byteCount
        file.resize(toByteCount: byteCount)
        notes.append("cut off at \(byteCount)")
      }
    }
    return notes.joined(separator: "; ")
  }

  private enum Agreement: Hashable {
    case bothClean, bothComplain, onlyWe, onlyThey
  }

  @Test(arguments: 0..<shardCount)
  func weComplainWhereTheRealProgramDoesAndElsewhereByKnownRulesOnly(shard: UInt64) throws {
    let folder = try TemporaryFolder(prefix: "vdi-damage", prefersMemory: true)
    let path = folder.path("damaged.vdi")
    var counts: [Agreement: Int] = [:]
    for seed in stride(from: shard, to: Self.seedCount, by: Int(Self.shardCount)) {
      let file = Self.image
      let note = Comment(rawValue: "seed \(seed): \(Self.damage(file, seed: seed))")
      let written = try SparseImageFile(path, byteCount: file.byteCount)
      try file.contents.forEachPage { (byteOffset, page) throws(HostError) in
        let count = Int(min(UInt64(page.count), file.byteCount - byteOffset))
        try written.write([UInt8](page[..<count]), at: byteOffset)
      }
      try written.finish()
      let defects = VDIImage.defects(of: file)
      let verdict = try VDIFiles.verdictOfQEMU(path)
      switch (defects.isEmpty, verdict.isComplaint) {
      case (true, false):
        counts[.bothClean, default: 0] += 1
        let raw = try VDIFiles.rawByQEMU(path, in: folder)
        #expect(try VDIFiles.reads(VDIImage(reading: file), as: raw), note)
      case (false, true): counts[.bothComplain, default: 0] += 1
      case (true, true):
        counts[.onlyThey, default: 0] += 1
        Issue.record("only they complain: \(verdict); \(note)")
      case (false, false):
        counts[.onlyWe, default: 0] += 1
        #expect(defects.filter { !$0.isOverlookedByQEMU } == [], note)
      }
    }
    #expect(counts[.onlyThey] == nil)
    #expect(counts[.bothClean, default: 0] >= 5, "\(counts)")
    #expect(counts[.bothComplain, default: 0] >= 20, "\(counts)")
    #expect(counts[.onlyWe, default: 0] >= 3, "\(counts)")
  }
}

extension FormatError {
  /// Whether the real program is known not to look at this (docs/vdi.md, Where QEMU differs).
  var isOverlookedByQEMU: Bool {
    switch rule {
    case .v01: field == "header.headerByteCount"
    case .v02:
      ["header.imageType", "header.blockExtraByteCount", "blockMap"].contains(field)
        || ["header.blockMapByteOffset", "header.dataByteOffset"].contains(field)
          && UInt64(found).map { $0 % 512 == 0 } == true
    case nil: ["header.imageType", "header.blockExtraByteCount"].contains(field)
    case .v03: expected.hasPrefix("a block that ends inside of the file")
    case .v05, .v07: true
    default: false
    }
  }
}
