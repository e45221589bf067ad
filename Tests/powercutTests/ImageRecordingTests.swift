import Host
import TestSupport
import Testing

/// `check` on recordings of VHDX images: our own, and those of the real qemu-io.
@Suite(.serialized) struct ImageRecordingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aFindingIsJudgedAgainWithoutFurtherOptions() throws {
    let out = folder.path("out")
    let fuzz = try ToolRun(
      [
        "fuzz", "--stack", "vhdx:exact", "--bug", "writer.guid-before-entry", "--seeds", "1..20",
        "--output", out, "--format", "json",
      ], build: .release)
    #expect(fuzz.status == 1)
    let rules = try fuzz.json.rules
    #expect(rules.contains("S05"))
    let recording = try FoundRecording.unshrunk(in: out)
    #expect(
      try Folders.names(in: recording).sorted()
        == ["base.img", "live.img", "manifest.json", "writes.log"])
    let check = try ToolRun(["check", recording, "--format", "json"], build: .release)
    #expect(check.status == 1)
    let report = try check.json
    for rule in rules {
      let isSaid = try report.list("unjudgedRules").contains { $0.text("rule") == rule }
      #expect(try report.rules.contains(rule) || isSaid, "\(rule) shows nowhere")
    }
  }

  @Test func aLogOfTheRealWriterHasTheWindowWithoutAnEntry() throws {
    let arguments = try record()
    let exact = try ToolRun(arguments + ["--format", "json"], build: .release)
    #expect(exact.status == 1, "\(exact.errors)")
    #expect(try exact.json.rules.contains("S05"))
    let qemu = try ToolRun(
      arguments + ["--profile", "qemu-7.2.22", "--format", "json"], build: .release)
    #expect(qemu.status == 1, "\(qemu.errors)")
    #expect(Set(try qemu.json.rules).isSuperset(of: ["S05", "D10"]))
  }

  /// The digests by the definition in docs/digest.md, of images that other commands made.
  @Test func digestsAreThoseOfTheImages() throws {
    let arguments = try record()
    let list = try ToolRun(arguments + ["--digests", "--states", "prefix"], build: .release)
    #expect(list.status == 0, "\(list.errors)")
    let lines = list.result.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("cut:1: ") == true || lines.first?.hasPrefix("cut:0: ") == true)
    let open = lines.filter { !$0.hasSuffix(" -") }
    for line in [open.first, open.dropFirst(open.count / 2).first, open.last] {
      let words = try #require(line).split(separator: " ").map(String.init)
      try #require(words.count == 4)
      let cut = words[0].dropFirst("cut:".count).dropLast()
      let (image, repaired, raw) = (
        folder.path("cut.img"), folder.path("repaired.vhdx"), folder.path("disk.raw")
      )
      let replay = try ToolRun(
        ["replay"] + arguments[1..<6] + ["--at", "\(cut)", "--output", image], build: .release)
      try #require(replay.status == 0, "\(replay.errors)")
      // Recovery draws GUIDs, so its file has another digest each time.
      let recover = try ToolRun(["recover", image, "--output", repaired], build: .release)
      try #require(recover.status == 0, "\(recover.errors)")
      try Peer.qemuImage.run(["convert", "-f", "vhdx", "-O", "raw", repaired, raw])
      #expect(try [image, raw].map(Self.digest) == [words[1], words[3]], "\(line ?? "")")
      for path in [image, repaired, raw] { Folders.remove(path) }
    }
  }

  @Test func digestsOfARawLogAreRefusedWithAHint() throws {
    _ = try record()
    let run = try ToolRun(["check", folder.path("writes.log"), "--digests"])
    #expect(run.status == 64)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("powercut replay --digests"))
  }

  /// The lines of Python in docs/digest.md.
  private static func digest(ofFile path: String) throws -> String {
    let page = try InputFile.text(Repository.path("docs/digest.md"))
    let start = try #require(page.range(of: "```python\n"))
    let end = try #require(page[start.upperBound...].range(of: "```"))
    let script = String(page[start.upperBound..<end.lowerBound])
    return String(try Peer.python.run(["-c", script, path]).prefix { $0 != "\n" })
  }

  /// Lets the real program write; returns the arguments that judge its log.
  private func record() throws -> [String] {
    let (image, log, base) = (
      folder.path("image.vhdx"), folder.path("writes.log"), folder.path("base.img")
    )
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=dynamic", image, "16M",
    ])
    try shell("cp \(image) \(base); : > \(log)")
    let commands = ["write -P 0xa1 0 4k", "write -P 0xa2 1M 8k", "flush", "write -P 0xa4 5M 4k"]
    try Peer.qemuIO.run(
      ["-t", "writeback"] + commands.flatMap { ["-c", $0] } + [
        "--image-opts",
        "driver=vhdx,file.driver=blklogwrites,file.file.driver=file,file.file.filename=\(image),"
          + "file.log.driver=file,file.log.filename=\(log)",
      ])
    let byteCount = try MappedFile.map(image).byteCount
    return ["check", log, "--base", base, "--image-size", "\(byteCount)", "--as", "vhdx"]
  }
}
