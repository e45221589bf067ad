import Host
import TestSupport
import Testing

/// `check`, `inspect` and `recover` look at one damaged image, and say the same of it: which rules are
/// broken, and whether it opens.
@Suite struct ImageAgreementTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    var name: String
    /// Python that changes `data`; `header(change)` and `regions(change)` change both copies and give them
    /// their checksums, `number(place, size, value)` sets a little-endian number.
    var change: String
    /// A rule that must be among the broken ones; `nil` where none is broken.
    var rule: String?
    var opens: Bool
    var image = "clean"

    init(
      _ name: String, _ change: String, _ rule: String?, opens: Bool = false,
      of image: String = "clean"
    ) {
      self.name = name
      self.change = change
      self.rule = rule
      self.opens = opens
      self.image = image
    }

    var testDescription: String { name }
  }

  private static let damages = headers + regionTables + metadata + blocks + logs

  private static let headers = [
    Damage("nothing", "pass", nil, opens: true),
    Damage("the identifier", "data[0] = 0", "H01"),
    Damage("one header", "data[65536 + 20] ^= 1", nil, opens: true),
    Damage("both headers", "data[65536 + 20] ^= 1; data[131072 + 20] ^= 1", "H03"),
    Damage("signatures of both", "data[65536] = 0; data[131072 + 20] ^= 1", "H03"),
    Damage("equal numbers", "header(lambda h: number(h + 8, 8, 7))", "H04"),
    Damage("version", "header(lambda h: number(h + 66, 2, 2))", "H05"),
    Damage("log version, empty", "header(lambda h: number(h + 64, 2, 1))", nil, opens: true),
    Damage("log version", "header(lambda h: number(h + 64, 2, 1))", "H06", of: "dirty"),
    Damage("log length", "header(lambda h: number(h + 68, 4, 4096))", "H07"),
    Damage("log offset", "header(lambda h: number(h + 72, 8, 4096))", "H07"),
    Damage("log in the header section", "header(lambda h: number(h + 72, 8, 0))", "H07"),
    Damage("log behind the end", "header(lambda h: number(h + 72, 8, 1 << 40))", "H07"),
    Damage(
      "log end past 2^64", "header(lambda h: number(h + 72, 8, (1 << 64) - (1 << 20)))", "H07"),
    Damage(
      "no log", "header(lambda h: (number(h + 68, 4, 0), number(h + 72, 8, 0)))", nil, opens: true),
    Damage("reserved", "header(lambda h: number(h + 100, 1, 1))", nil, opens: true),
  ]

  private static let regionTables = [
    Damage("one region table", "data[196608 + 20] ^= 1", "G09", opens: true),
    Damage("the other region table", "data[262144 + 20] ^= 1", "G09", opens: true),
    Damage("both region tables", "data[196608 + 20] ^= 1; data[262144 + 20] ^= 1", "G01"),
    Damage(
      "two that differ", "number(262144 + 44, 4, 1); reseal(262144, 65536)", "G09"),
    Damage("their count", "regions(lambda r: number(r + 8, 4, 3000))", "G02"),
    Damage("their reserved bytes", "regions(lambda r: number(r + 12, 4, 1))", "G02"),
    Damage("flags of a region", "regions(lambda r: number(r + 44, 4, 3))", "G02"),
    Damage(
      "a region twice", "regions(lambda r: put(r + 48, data[r + 16:r + 32]))", "G03"),
    Damage("place of a region", "regions(lambda r: number(r + 32, 8, 4096))", "G04"),
    Damage("length of a region", "regions(lambda r: number(r + 40, 4, 4096))", "G04"),
    Damage("a region behind the end", "regions(lambda r: number(r + 32, 8, 1 << 40))", "G05"),
    Damage(
      "a region past 2^64", "regions(lambda r: number(r + 32, 8, (1 << 64) - (1 << 20)))", "G05"),
    Damage("a region on another", "regions(lambda r: put(r + 32, data[r + 64:r + 72]))", "G05"),
    Damage(
      "no block table", "regions(lambda r: number(r + 16, 8, 1))", "G06"),
    Damage(
      "unknown and required", "regions(lambda r: (number(r + 16, 8, 1), number(r + 44, 4, 1)))",
      "G07"),
    Damage("a region on the log", "regions(lambda r: number(r + 32, 8, 1 << 20))", "H08"),
  ]

  /// The table is at 3 MiB: rows of 32 bytes from byte 32, `row(item)` finds one.
  private static let metadata = [
    Damage("metadata signature", "data[M] = 0", "M01"),
    Damage("metadata reserved", "data[M + 12] = 1", "M01"),
    Damage("metadata count", "number(M + 10, 2, 3000)", "M01"),
    Damage("place of an item", "number(row(SIZE) + 16, 4, 4096)", "M02"),
    Damage("an item behind the region", "number(row(SIZE) + 16, 4, 1 << 24)", "M02"),
    Damage("an item on another", "number(row(SIZE) + 16, 4, value(row(FILE) + 16))", "M02"),
    Damage("length of an item", "number(row(SIZE) + 20, 4, 2 << 20)", "M03"),
    Damage("no bytes and a place", "number(row(SIZE) + 20, 4, 0)", "M03"),
    Damage("an item twice", "put(row(SIZE), data[row(FILE):row(FILE) + 16])", "M04"),
    Damage("flags of an item", "number(row(SIZE) + 24, 4, 14)", "M05"),
    Damage("reserved of an item", "number(row(SIZE) + 28, 4, 1)", "M05"),
    Damage("unknown and required item", "number(row(SIZE), 8, 1)", "M06"),
    Damage(
      "a missing item", "at = row(SIZE); number(at + 24, 4, 2); number(at, 8, 1)", "M07"),
    Damage("size of a known item", "number(row(SIZE) + 20, 4, 4)", "M07"),
    Damage("known flags", "number(row(SIZE) + 24, 4, 6 ^ 2)", "M07"),
    Damage("block size", "number(item(FILE), 4, 3 << 20)", "M08"),
    Damage("reserved file parameters", "number(item(FILE) + 4, 4, 4)", "M08"),
    Damage("disk size", "number(item(SIZE), 8, 1000)", "M09"),
    Damage("a disk of 2^63 bytes", "number(item(SIZE), 8, 1 << 63)", "M09"),
    Damage("sector size", "number(item(SECTOR), 4, 1024)", "M10"),
    Damage("physical sector size", "number(item(PHYSICAL), 4, 0)", "M10"),
    Damage("a parent and no locator", "number(item(FILE) + 4, 4, 2)", "M11"),
  ]

  /// The table is at 2 MiB; block 0 and block 5 are there.
  private static let blocks = [
    Damage("too large a disk", "number(item(SIZE), 8, 1 << 45)", "B01"),
    Damage("reserved bits", "data[B + 1] |= 1", "B02"),
    Damage("a reserved state", "number(B + 16, 8, 4)", "B03"),
    Damage("partially present", "number(B + 16, 8, value8(B) + 1)", "B03"),
    Damage("a bitmap without a parent", "number(B + 8 * 4096, 8, 8 << 20 | 6)", "B04", of: "large"),
    Damage("a block behind the end", "number(B + 16, 8, 1 << 40 | 6)", "B05"),
    Damage("a block in the header section", "number(B + 16, 8, 6)", "B05"),
    Damage("a file cut short", "del data[-(1 << 19):]", "B05"),
    Damage("a block on another", "number(B + 16, 8, value8(B))", "B06"),
    Damage(
      "an unmapped entry over a live block", "number(B + 16, 8, value8(B) - 3)", "B06", opens: true),
    Damage("a block on the metadata", "number(B + 16, 8, 3 << 20 | 6)", "B06"),
    Damage("a block on the log", "number(B + 16, 8, 1 << 20 | 6)", "H08"),
    Damage("a fixed disk in a short file", "number(item(FILE) + 4, 4, 1)", "B11", opens: true),
  ]

  private static let logs = [
    Damage("a dirty image", "pass", nil, opens: true, of: "dirty"),
    Damage("the newest entry", "data[(1 << 20) + 16384 + 100] ^= 1", nil, opens: true, of: "dirty"),
    Damage("all entries", "put(1 << 20, bytes(1 << 16))", "S05", of: "dirty"),
    Damage("another log", "header(lambda h: number(h + 48, 8, 77))", "S05", of: "dirty"),
    Damage("a dirty file cut short", "del data[7 << 20:]", "R03", of: "dirty"),
  ]

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try RecoverImages.makeDirty(in: folder)
    try shell(
      """
      cd '\(folder.path)'
      qemu-img create -q -f vhdx -o block_size=1M,subformat=dynamic clean.vhdx 64M
      qemu-io -f vhdx -c 'write -P 1 5M 4k' -c 'write -P 2 0 4k' clean.vhdx > /dev/null
      qemu-img create -q -f vhdx -o block_size=1M,subformat=dynamic large.vhdx 5G
      """)
  }

  private static let helpers = """
    import sys
    data = bytearray(open(sys.argv[1], 'rb').read())
    B, M = 2 << 20, 3 << 20
    FILE, SIZE = 'caa16737', '2fa54224'
    SECTOR, PHYSICAL = '8141bf1d', 'cda348c7'
    def put(at, new): data[at:at + len(new)] = new
    def number(at, size, value): put(at, value.to_bytes(size, 'little'))
    def value(at): return int.from_bytes(data[at:at + 4], 'little')
    def value8(at): return int.from_bytes(data[at:at + 8], 'little')
    def reseal(at, size): put(at, sealed(data[at:at + size]))
    def header(change):
        for at in (65536, 131072): change(at); reseal(at, 4096)
    def regions(change):
        for at in (196608, 262144): change(at); reseal(at, 65536)
    def row(name):
        first = int(name, 16).to_bytes(4, 'little')
        return next(at for at in range(M + 32, M + 512, 32) if data[at:at + 4] == first)
    def item(name): return M + value(row(name) + 16)

    """

  @Test(arguments: damages)
  func threeCommandsSayTheSame(damage: Damage) throws {
    let path = folder.path("damaged.vhdx")
    let program = RecoverImages.checksums + Self.helpers + damage.change
    try Peer(program: "python3", package: "python3").run([
      "-c", program + "\nopen(sys.argv[2], 'wb').write(data)\n",
      folder.path("\(damage.image).vhdx"), path,
    ])
    let check = try ToolRun(["check", path, "--format", "json"])
    let inspect = try ToolRun(["inspect", path, "--format", "json"])
    let recover = try ToolRun(["recover", path, "--dry-run", "--format", "json"])

    let rules = Set(try check.json.rules)
    #expect(rules == Self.rules(try inspect.json))
    #expect(rules == Self.rules(try recover.json))
    let opens = check.result.contains("opening: the image opens")
    #expect(opens || check.result.contains("opening: refused"))
    #expect(try inspect.json.bool("opens") == opens)
    #expect(try (recover.json.text("recovery") != "refused") == opens)
    #expect(recover.status == (opens ? 0 : 1))
    #expect(check.status == (rules.isEmpty ? 0 : 1))
    #expect(inspect.status == check.status)
    // What refuses the image is one of the rules that are broken.
    if !opens {
      let refusal = try recover.json.object("refusal").text("rule")
      #expect(rules.contains(try #require(refusal)), "\(refusal ?? "") and \(rules)")
      #expect(try inspect.json.object("refusal").text("rule") == refusal)
    }

    #expect(opens == damage.opens, "\(rules): \(recover.result)")
    if let rule = damage.rule {
      #expect(rules.contains(rule), "\(rules)")
    } else {
      #expect(rules.isEmpty)
    }
  }

  private static func rules(_ report: JSON) -> Set<String> {
    Set((try? report.list("problems"))?.compactMap { $0.text("rule") } ?? [])
  }
}
