import Host
import TestSupport
import Testing

/// `powercut` on VDI images and on logs of them, all written by the real QEMU programs.
@Suite struct VDIToolTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path("a.vdi") }
  private var log: String { folder.path("writes.log") }
  private var base: String { folder.path("base.img") }

  init() throws {
    folder = try TemporaryFolder(prefix: "vdi-tool")
    try Peer.qemuImage.run(["create", "-q", "-f", "vdi", image, "64M"])
  }

  /// - Parameter commands: of qemu-io, to the image through QEMU's own recorder.
  private func record(_ commands: [String]) throws {
    try shell("cp '\(image)' '\(base)'; : > '\(log)'")
    let options =
      "driver=vdi,file.driver=blklogwrites,file.file.driver=file,file.file.filename=\(image),"
      + "file.log.driver=file,file.log.filename=\(log)"
    let words = commands.map { "-c '\($0)'" }.joined(separator: " ")
    try shell("qemu-io \(words) --image-opts '\(options)' > /dev/null")
  }

  private func check(_ arguments: String...) throws -> ToolRun {
    let byteCount = try MappedFile.map(image).byteCount
    return try ToolRun(
      ["check", log, "--base", base, "--image-size", "\(byteCount)"] + arguments)
  }

  private func patch(_ bytes: String, at byteOffset: Int) throws {
    try shell(
      "printf '\(bytes)' | dd of='\(image)' bs=1 seek=\(byteOffset) conv=notrunc status=none")
  }

  // MARK: An image alone

  @Test func aNewImageIsWhole() throws {
    let run = try ToolRun(["check", image])
    #expect(run.status == 0)
    #expect(run.result.contains("opening: the image opens"))
    #expect(try ToolRun(["check", image, "--as", "vdi"]).status == 0)
  }

  /// The count in the header is at byte 388; block 0 is the only one.
  @Test func anImageWhoseCountIsTooLowIsSaidToGiveABlockAway() throws {
    try shell("qemu-io -f vdi -c 'write -P 1 5M 4k' '\(image)' > /dev/null")
    #expect(try ToolRun(["check", image]).status == 0)
    try patch("\\0", at: 388)
    #expect(try Peer.qemuImage.attempt(["check", "-f", "vdi", image]).status != .exited(0))
    let run = try ToolRun(["check", image])
    #expect(run.status == 1)
    #expect(run.result.contains("FAIL V05") && run.result.contains("FAIL V06"))
    #expect(run.result.contains("blockMap[5]"))
    #expect(try ToolRun(["check", image, "--ignore", "V05,V06"]).status == 0)
  }

  @Test func anImageThatDoesNotOpenIsRefused() throws {
    try patch("\\2", at: 68)
    let run = try ToolRun(["check", image])
    #expect(run.status == 1)
    #expect(run.result.contains("FAIL V01") && run.result.contains("opening: refused, V01"))
  }

  /// A differencing image: a good one, for all that is known.
  @Test func anImageThatIsNotReadHereIsNotJudged() throws {
    try record(["write -P 1 0 64k", "flush"])
    try patch("\\4", at: 76)
    for format in ["text", "json", "junit"] {
      let run = try ToolRun(["check", image, "--format", format])
      #expect(run.status == 2, "\(run.result)")
      #expect(run.result.contains("4 (differencing)"))
      #expect(!run.result.contains("V02"))
    }
    #expect(try ToolRun(["check", image, "--format", "json"]).json.text("outcome") == "incomplete")
    try shell("cp '\(image)' '\(base)'")
    let run = try check("--as", "vdi", "--states", "prefix")
    #expect(run.status == 2, "\(run.result)")
    #expect((run.result + run.errors).contains("4 (differencing)"))
  }

  @Test func whatHasNoEffectOnSuchAnImageIsRefused() throws {
    for arguments in [
      ["--profile", "exact"], ["--states", "recrash"], ["--as", "vhdx"], ["--as", "raw"],
    ] {
      #expect(try ToolRun(["check", image] + arguments).status == 64, "\(arguments)")
    }
  }

  @Test func whatItSaysIsListed() throws {
    try shell("qemu-io -f vdi -c 'write -P 1 5M 4k' '\(image)' > /dev/null")
    let run = try ToolRun(["inspect", image, "--entries"])
    #expect(run.status == 0)
    #expect(run.result.contains("VDI image") && run.result.contains("disk       67108864 bytes"))
    #expect(run.result.contains("block map entry 5: block 0, at byte 1024"))
    try patch("\\0", at: 388)
    let json = try ToolRun(["inspect", image, "--format", "json"])
    #expect(json.status == 1)
    #expect(try json.json.text("kind") == "vdi" && json.json.bool("opens") == true)
    #expect(try json.json.list("problems").map { $0.text("rule") } == ["V05", "V06"])
    #expect(try json.json.isNull("entries"))
  }

  @Test func thereIsNothingToRecover() throws {
    let run = try ToolRun(["recover", image, "--dry-run"])
    #expect(run.status == 2)
    #expect(run.errors.contains("VDI image, which has no log to replay"))
  }

  // MARK: A log

  /// A flush after each allocation, and none between the count and the map: in writeback mode QEMU
  /// 7.2.22 loses one of them, which `qemu-img check` says of the same states.
  @Test func aLogOfTheRealProgramIsJudgedAtEveryState() throws {
    try record(["write -P 1 0 64k", "write -P 2 5M 4k", "flush", "write -P 3 9M 4k", "flush"])
    let run = try check("--as", "vdi", "--format", "json")
    #expect(run.status == 1)
    let rules = try run.json.rules
    #expect(Set(rules).isSuperset(of: ["V05", "V06"]))
    #expect(Set(rules).isSubset(of: ["V03", "V05", "V06"]), "\(rules)")
    // What the base says is taken where nobody says anything.
    let recognized = try check("--format", "json")
    #expect(try recognized.json.rules == rules)
    #expect(try check("--as", "raw").status == 0)
  }

  /// An overwrite of what is there changes no structure.
  @Test func aLogWithoutAllocationsIsClean() throws {
    try shell("qemu-io -f vdi -c 'write -P 1 0 2M' '\(image)' > /dev/null")
    try record(["write -P 2 0 64k", "write -P 3 1M 4k", "flush"])
    let run = try check("--as", "vdi")
    #expect(run.status == 0, "\(run.result)")
    #expect(run.result.contains("a VDI image") == false)
    // What nobody looked at is said beside the pass.
    for format in ["text", "json", "junit"] {
      let said = try check("--as", "vdi", "--format", format).result
      #expect(said.contains("D10") && said.contains("there is no writer"), "\(format)")
    }
  }

  @Test func aLogOfSomethingElseIsNotJudgedAsSuchAnImage() throws {
    try record(["write -P 1 0 64k", "flush"])
    try shell("truncate -s 0 '\(base)'; truncate -s 1M '\(base)'")
    let run = try check("--as", "vdi", "--states", "prefix")
    #expect(run.status != 0)
  }

  @Test func bisectingNamesTheEntryAndWhatItWrote() throws {
    try record(["write -P 1 0 64k", "flush", "write -P 3 9M 4k", "flush"])
    let byteCount = try MappedFile.map(image).byteCount
    let run = try ToolRun([
      "bisect", log, "--base", base, "--image-size", "\(byteCount)", "--as", "vdi", "--rule", "V06",
    ])
    #expect(run.status == 1)
    #expect(run.result.contains("V06"))
    #expect(run.result.contains("header, allocated blocks") || run.result.contains("block map"))
  }
}
