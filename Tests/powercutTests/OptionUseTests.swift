import Host
import TestSupport
import Testing

/// An option that has no effect on what is given is refused, and names what it is for.
@Suite struct OptionUseTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    // A log of two writes and a flush with the mark of nobody, a dirty image and a recording of files.
    try RecoverImages.makeDirty(in: folder)
    try shell(
      """
      cd '\(folder.path)'; : > LOG; truncate -s 1M R
      qemu-io -t writeback -c 'write -P 1 0 4k' -c 'write -P 2 64k 4k' -c flush --image-opts \
        driver=blklogwrites,file.driver=raw,file.file.driver=file,file.file.filename=R,\
      log.driver=file,log.filename=LOG > /dev/null
      mkdir -p FILES; : > FILES/joint.txt; echo powercut-recording 2 > FILES/base.txt
      """)
  }

  @Test(arguments: [
    // An image alone.
    "check dirty.vhdx --live R", "check dirty.vhdx --base R", "check dirty.vhdx --image-size 1M",
    "check dirty.vhdx --origin qemu", "check dirty.vhdx --use-tail",
    "check dirty.vhdx --leave-out x",
    "check dirty.vhdx --max-states 5", "check dirty.vhdx --duration 5s",
    "check dirty.vhdx --seed 5",
    "check dirty.vhdx --command 'true {image}'", "check dirty.vhdx --states drop:1",
    "check dirty.vhdx --states names", "check dirty.vhdx --as raw",
    "check dirty.vhdx --log-sector-size 512",
    "check dirty.vhdx --digests --states recrash", "check dirty.vhdx --digests --ignore B06",
    "inspect dirty.vhdx --base R", "inspect dirty.vhdx --image-size 1M",
    // A log of a raw device.
    "check LOG --profile exact", "check LOG --bug recovery.tail-ignored", "check LOG --leave-out x",
    "check LOG --digests", "check LOG --command-timeout 5s",
    "replay LOG --digests --at 2", "replay LOG --output I --profile exact",
    "replay LOG --output I --leave-out x", "replay LOG --output I --bug recovery.tail-ignored",
    "replay LOG --output I --origin qemu", "replay LOG --digests --state cut:1",
    "inspect LOG --base R", "inspect LOG --origin qemu",
    "bisect LOG --rule L01 --profile exact",
    "bisect LOG --command-timeout 5s", "serve LOG --run 'true {uri}' --profile exact",
    "serve LOG --run 'true {uri}' --bug recovery.tail-ignored",
    "serve --image R --record OUT --run 'true {uri}' --origin qemu",
    "serve --image R --record OUT --run 'true {uri}' --base R",
    // Several files.
    "check FILES --command 'true {folder}' --as vhdx",
    "check FILES --command 'true {folder}' --live R",
    "check FILES --command 'true {folder}' --profile exact",
    "check FILES --command 'true {folder}' --origin linux",
    "replay FILES --output O --as vhdx", "replay FILES --output O --digests",
    "replay FILES --output O --bug recovery.tail-ignored",
    // A campaign.
    "fuzz --stack raw:exact --command-timeout 5s", "fuzz --stack raw:exact --shrink-limit 5s",
    "fuzz --stack raw:exact --bug writer.tail-early",
    "fuzz --stack vhdx:exact --workload dirty-images --bug logger.unit-512",
    "fuzz --stack raw:qemu-7.2.22 --bug recovery.tail-ignored",
    "fuzz --stack vhdx:exact --workload dirty-images --bug writer.tail-early",
    "fuzz --stack vhdx:exact --workload dirty-images --states drop:1",
    "fuzz --stack vhdx:exact --workload dirty-images --strategy pct",
    "fuzz --stack program:sqlite3-wal-full --allow-exec --strategy pct",
    "run --command-timeout 5s", "shrink x --command-timeout 5s",
    "replay-run x --command-timeout 5s",
  ])
  func anOptionWithoutEffectIsSixtyFour(line: String) throws {
    let run = try ToolRun.line("powercut \(line)", in: folder.path)
    #expect(run.status == 64, "\(run.status.map { "\($0)" } ?? "killed"): \(run.errors)")
    #expect(run.result.isEmpty)
    #expect(!Folders.exists(folder.path("I")) && !Folders.exists(folder.path("OUT")))
  }

  @Test(arguments: [
    "check dirty.vhdx --as vhdx --jobs 2 --color never",
    "check dirty.vhdx --states recrash --seed 7",
    "check dirty.vhdx --states prefix", "check dirty.vhdx --ignore B06",
    "check dirty.vhdx --profile exact",
    "check LOG --image-size 1M --seed 5 --states random:3",
    "check LOG --image-size 1M --seed 5 --max-states 2",
    "check LOG --image-size 1M --origin qemu --states prefix --live R",
    "inspect LOG --image-size 1M",
    "replay LOG --image-size 1M --output I --at 2", "replay LOG --image-size 1M --digests",
    "replay LOG --image-size 1M --output I --state cut:2 --origin qemu",
    "fuzz --stack vhdx:exact --bug writer.block-reused-unbarriered --seeds 1",
    "fuzz --stack raw:exact --seeds 1 --jobs 1 --allow-exec",
  ])
  func anOptionWithAnEffectIsTaken(line: String) throws {
    let run = try ToolRun.line("powercut \(line)", in: folder.path)
    #expect(run.status == 0 || run.status == 1, "\(run.errors)")
  }

  @Test(arguments: [
    ("check LOG --states ''", "empty"), ("check LOG --ignore=", "empty"),
    ("check LOG --live ''", "empty"),
    ("fuzz --stack raw:exact --seeds ''", "empty"), ("check LOG --command ''", "empty"),
    ("check LOG --seed 1 --seed 2", "twice"),
    ("check LOG --states prefix --states drop:1", "twice"),
    ("fuzz --stack raw:exact --stack vhdx:exact", "twice"), ("chek LOG", "did you mean 'check'"),
    ("check LOG --states prefxi", "did you mean 'prefix'"),
    ("check LOG --ignore D0l", "did you mean 'D01'"),
    ("bisect LOG --rule BO5", "did you mean 'B05'"),
    ("fuzz --stack raw:exac", "did you mean 'raw:exact'"),
    ("fuzz --stack raw:exact --bug loger.unit-512", "did you mean 'logger.unit-512'"),
    ("recover dirty.vhdx --bug recovery.tail-ignore", "did you mean 'recovery.tail-ignored'"),
    ("recover dirty.vhdx --bug writer.tail-early", "mistake of what writes"),
    ("recover dirty.vhdx --profile qemu-7.2.222", "did you mean 'qemu-7.2.22'"),
  ])
  func aValueThatSaysNothingIsSixtyFour(line: String, word: String) throws {
    let run = try ToolRun.line("powercut \(line)", in: folder.path)
    #expect(run.status == 64)
    #expect(run.errors.contains(word), "\(run.errors)")
  }

  /// An option of another program, which record starts, is none of ours.
  @Test func optionsOfAnotherProgramAreLeftAlone() throws {
    let run = try ToolRun.line(
      "powercut record --watch FILES --output OUT -- sh -c 'echo x > FILES/f' --seed '' --seed ''",
      in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func theRefusalSaysWhatTheOptionIsFor() throws {
    let run = try ToolRun(["check", folder.path("dirty.vhdx"), "--live", folder.path("R")])
    #expect(run.errors.contains("--live is for a log: the device as the run left it"))
    #expect(run.errors.contains("it has no effect on a VHDX image alone"))
  }

  // MARK: What is carried out

  @Test func recoveryOfAnImageAloneIsCut() throws {
    let image = folder.path("dirty.vhdx")
    let good = try ToolRun(["check", image, "--states", "recrash", "--format", "json"])
    #expect(good.status == 0, "\(good.result)")
    // 1 for the image as it is; each cut of its recovery has at least one.
    #expect(try #require(good.json.object("counts").number("states")) > 10)
    let bad = try ToolRun([
      "check", image, "--states", "recrash", "--bug", "recovery.clears-before-stable", "--format",
      "json",
    ])
    #expect(bad.status == 1)
    #expect(Set(try bad.json.rules).isSuperset(of: ["D08", "R10"]))
    let ignored = try ToolRun([
      "check", image, "--states", "recrash", "--bug", "recovery.clears-before-stable", "--ignore",
      "D08,R10,S05,D09", "--format", "json",
    ])
    #expect(ignored.status == 0, "\(ignored.result)")
  }

  /// The same three digests as for the state of a log that has no entry yet, and those of replay.
  @Test func digestsOfAnImageAloneAreThoseOfItsFiles() throws {
    let image = folder.path("dirty.vhdx")
    let run = try ToolRun(["check", image, "--digests"])
    #expect(run.status == 0)
    let words = run.result.split(whereSeparator: \.isWhitespace)
    #expect(words.count == 4 && words.first == "cut:0:")
    let digest = try ToolRun.line(
      "powercut replay EMPTY --base dirty.vhdx --digests", in: try emptyLog().path)
    #expect(digest.result.contains(words[1]), "\(digest.result) \(digest.errors)")
  }

  /// A log without an entry, as a writer leaves it that was just started.
  private func emptyLog() throws -> TemporaryFolder {
    try Peer(program: "python3", package: "python3").run([
      "-c",
      "import struct; open('\(folder.path("EMPTY"))','wb').write(struct.pack('<QQQI',0x6a736677736872,1,0,512).ljust(512,b'\\0'))",
    ])
    return folder
  }

  // MARK: Seeds and time

  @Test func seedsAndTimeBothEndACampaign() throws {
    let bySeeds = try ToolRun([
      "fuzz", "--stack", "raw:exact", "--seeds", "1..2", "--duration", "100s",
    ])
    #expect(bySeeds.status == 0)
    #expect(bySeeds.result.contains("seeds 1..2"))
    #expect(bySeeds.result.contains("ended by its last seed, 2"))
    let byTime = try ToolRun([
      "fuzz", "--stack", "raw:exact", "--seeds", "5..1000000", "--duration", "1s", "--format",
      "json",
    ])
    #expect(byTime.status == 0)
    #expect(byTime.result.contains("ended by its time, --duration 1s"))
    let endless = try ToolRun([
      "fuzz", "--stack", "raw:exact", "--duration", "1s", "--format", "json",
    ])
    #expect(endless.result.contains("ended by its time"))
  }
}
