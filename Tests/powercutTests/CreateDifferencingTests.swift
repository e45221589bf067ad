import Host
import TestSupport
import Testing

/// `powercut create --parent`, looked at by libvhdi: QEMU refuses every differencing image.
@Suite struct CreateDifferencingTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Folders.create(folder.path("base"))
    try Folders.create(folder.path("over/it"))
  }

  private var parent: String { folder.path("base/parent.vhdx") }
  private var child: String { folder.path("over/it/child.vhdx") }

  private func makeParent() throws {
    try shell(
      """
      qemu-img create -q -f vhdx -o block_size=1M '\(parent)' 5G
      qemu-io -f vhdx -c 'write -P 1 0 4k' '\(parent)' > /dev/null
      """)
  }

  /// The field of vhdiinfo's list.
  private func value(of field: String, in text: String) -> String? {
    let line = text.split(separator: "\n").first { $0.contains("\t\(field)") }
    return line?.split(separator: ":", maxSplits: 1).last.map {
      String($0.drop { $0 == " " || $0 == "\t" })
    }
  }

  @Test func anotherProgramFindsTheParent() throws {
    try makeParent()
    let made = try ToolRun(["create", child, "--parent", parent])
    #expect(made.status == 0, "\(made.errors)")
    let info = try Peer.vhdiInfo.run([child])
    #expect(value(of: "Disk type", in: info) == "Differential")
    #expect(value(of: "Media size", in: info)?.hasSuffix("(5368709120 bytes)") == true)
    let header = try ToolRun(["inspect", parent, "--format", "json"]).json
    let current = try header.list("headers")[header.text("currentHeader") == "first" ? 0 : 1]
    #expect(
      value(of: "Parent identifier", in: info) == current.text("dataWriteGUID")?.lowercased())
    let path = try #require(value(of: "Parent filename", in: info))
    #expect(path.hasSuffix("\\base\\parent.vhdx") && path.hasPrefix("\\"))
  }

  @Test func locatorNamesThePathFromTheChildsFolder() throws {
    try makeParent()
    #expect(try ToolRun(["create", child, "--parent", parent]).status == 0)
    let report = try ToolRun(["inspect", child, "--format", "json"]).json
    #expect(try report.list("problems").isEmpty)
    let disk = try report.object("disk")
    #expect(disk.text("kind") == "differencing")
    #expect(disk.text("virtualDiskByteCount") == "0x140000000")
    #expect(disk.text("blockByteCount") == "0x200000")
    let pairs = try disk.list("parentLocator")
    #expect(
      pairs.map { $0.text("key") } == ["parent_linkage", "relative_path", "absolute_win32_path"])
    #expect(pairs[1].text("value") == "..\\..\\base\\parent.vhdx")
    // Two chunks of 4 GiB, each with the entry of its bitmap.
    let blocks = try report.object("blocks")
    #expect(try blocks.list("bitmapCounts")[0].text("entryCount") == "0x2")
    #expect(try blocks.list("payloadCounts")[0].text("entryCount") == "0xa00")
  }

  @Test func sectorSizesAreTheParents() throws {
    let arguments = ["create", parent, "--size", "64MiB", "--logical-sector-size", "4096"]
    #expect(try ToolRun(arguments).status == 0)
    #expect(try ToolRun(["create", child, "--parent", parent]).status == 0)
    let disk = try ToolRun(["inspect", child, "--format", "json"]).json.object("disk")
    #expect(disk.number("logicalSectorByteCount") == 4096)
    #expect(disk.number("physicalSectorByteCount") == 4096)
  }

  @Test func parentThatCannotBeOneIsRefused() throws {
    try RecoverImages.makeDirty(in: folder)
    try shell(
      ": > '\(folder.path("empty"))'; cp '\(folder.path("base.vhdx"))' '\(folder.path("a\\b"))'")
    for name in ["dirty.vhdx", "empty", "missing", "a\\b"] {
      let run = try ToolRun(["create", child, "--parent", folder.path(name)])
      #expect(run.status == 2, "\(name)")
      #expect(!run.errors.isEmpty)
    }
    #expect(!Folders.exists(child))
    for arguments in [
      ["--parent", "p", "--size", "1GiB"], ["--parent", "p", "--fixed"], [],
      ["--parent", "p", "--logical-sector-size", "512"],
    ] {
      #expect(try ToolRun(["create", child] + arguments).status == 64)
    }
  }
}
