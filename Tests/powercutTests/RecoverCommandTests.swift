import Host
import TestSupport
import Testing

/// `powercut recover` on images that another program left, and made up ones.
@Suite struct RecoverCommandTests {
  private let folder: TemporaryFolder
  private var dirty: String { folder.path("dirty.vhdx") }

  init() throws { folder = try TemporaryFolder() }

  private func digest(_ path: String) throws -> String {
    try Peer.xxhsum(algorithm: 2, ofFile: path)
  }

  /// Every cut of a real run at which the log has to be replayed: what we make of it in place, into a
  /// copy and what QEMU makes of it are the same.
  @Test func imagesOfARealRunBecomeWhatQEMUMakesOfThem() throws {
    let cuts = try RecoverImages.recordQEMU(in: folder)
    #expect(cuts.replayable.count >= 6)
    for path in cuts.replayable {
      let before = try digest(path)
      let theirs = folder.path("theirs.vhdx")
      let copy = folder.path("copy.vhdx")
      try shell("cp '\(path)' '\(theirs)'")
      try Peer.qemuImage.run(["check", "-q", "-r", "all", "-f", "vhdx", theirs])

      #expect(try ToolRun(["recover", path, "--seed", "1", "--output", copy]).status == 0)
      #expect(try digest(path) == before, "\(path): --output leaves the image alone")
      #expect(try RecoverImages.areEqualBehindHeaders(copy, theirs), "\(path)")

      #expect(try ToolRun(["recover", path, "--seed", "1"]).status == 0)
      #expect(try digest(path) == digest(copy), "\(path)")
      let check = try Peer.qemuImage.run(["check", "-f", "vhdx", path])
      #expect(check.contains("No errors were found"))
      let again = try ToolRun(["recover", path])
      #expect(again.status == 0 && again.result.contains("nothing to do"))
      #expect(try digest(path) == digest(copy), "recovering twice changes nothing")
    }
  }

  /// QEMU names a log before it holds an entry: the specification refuses such an image (S05), QEMU
  /// opens it.
  @Test func logWithoutEntriesIsRefusedUnlessQEMUIsAsked() throws {
    let cuts = try RecoverImages.recordQEMU(in: folder)
    let path = try #require(cuts.empty.first)
    let before = try digest(path)
    let run = try ToolRun(["recover", path, "--format", "json"])
    #expect(run.status == 1)
    let refusal = try run.json.object("refusal")
    #expect(refusal.text("rule") == "S05")
    #expect(refusal.text("field") == "header.logGUID")
    #expect(["0x10030", "0x20030"].contains(refusal.text("byteOffset")))
    #expect(try digest(path) == before)
    let theirs = try ToolRun([
      "recover", path, "--profile", "qemu-7.2.22", "--format", "json",
    ])
    #expect(theirs.status == 0)
    #expect(try theirs.json.text("recovery") == "opened-without-replay")
    let bug = try ToolRun(["recover", path, "--bug", "recovery.opens-without-sequence"])
    #expect(bug.status == 0)
    #expect(bug.result.contains("exact + recovery.opens-without-sequence"))
    #expect(try digest(path) == before)
  }

  /// What this program cannot do says nothing against the image.
  @Test func aLimitOfOursIsNoVerdict() throws {
    try RecoverImages.makeDirty(in: folder)
    try RecoverImages.renumberHeaders(of: "dirty.vhdx", to: .max - 5, in: folder)
    let before = try digest(dirty)
    let run = try ToolRun(["recover", dirty, "--format", "json"])
    #expect(run.status == 2)
    #expect(try run.json.text("outcome") == "incomplete")
    let refusal = try run.json.object("refusal")
    #expect(refusal.text("field") == "header.sequenceNumber" && refusal.text("rule") == nil)
    #expect(try digest(dirty) == before)
    let check = try ToolRun(["check", dirty])
    #expect(check.status == 2)
    #expect(check.result.contains("the log was not replayed, and nothing after it was looked at"))
  }

  private static let keys = [
    "bugs", "command", "currentHeader", "fileByteCountAfter", "fileByteCountBefore", "headers",
    "isDryRun", "openings", "outcome", "outputPath", "passed", "problems", "profile", "reasons",
    "recovery", "refusal", "replay", "runs", "schemaVersion", "subject", "version", "written",
  ]

  private static let replayKeys = [
    "dataByteCount", "dataWriteCount", "descriptorCount", "entryCount", "flushCount",
    "headSequenceNumber", "headerWriteCount", "tailSequenceNumber", "zeroByteCount",
    "zeroRangeCount",
  ]

  @Test func dryRunSaysEverythingAndWritesNothing() throws {
    try RecoverImages.makeDirty(in: folder)
    let before = try digest(dirty)
    let run = try ToolRun(["recover", dirty, "--dry-run", "--format", "json"])
    #expect(run.status == 0)
    let report = try run.json
    #expect(report.keys.keys.sorted() == Self.keys)
    #expect(report.text("recovery") == "recovered")
    #expect(report.text("written") == "nothing")
    #expect(report.bool("isDryRun") == true)
    #expect(report.number("fileByteCountBefore") == 0x80_0000)
    #expect(report.number("fileByteCountAfter") == 0x100_0000)
    let replay = try report.object("replay")
    #expect(replay.keys.keys.sorted() == Self.replayKeys)
    #expect(replay.number("entryCount") == 2)
    #expect(replay.text("tailSequenceNumber") == "0x5")
    #expect(replay.text("headSequenceNumber") == "0x6")
    #expect(replay.number("descriptorCount") == 3)
    #expect(replay.number("dataWriteCount") == 2)
    #expect(replay.number("dataByteCount") == 0x2000)
    #expect(replay.number("zeroRangeCount") == 1)
    #expect(replay.number("zeroByteCount") == 0x1_0000)
    #expect(replay.number("headerWriteCount") == 4)
    let runs = try report.list("runs")
    #expect(runs.compactMap { $0.text("standing") } == ["active"])
    #expect(runs[0].number("entryCount") == 3 && runs[0].text("tailByteOffset") == "0x2000")
    #expect(try digest(dirty) == before)
    let text = try ToolRun(["recover", dirty, "--dry-run"])
    #expect(text.result.contains("would be recovered"))
    #expect(text.result.contains("active: the only complete run"))
    #expect(text.result.contains("8388608 bytes before, 16777216 after"))
    #expect(try digest(dirty) == before)
  }

  @Test func replayGrowsZeroesAndLeavesOutWhatStandsInFrontOfTheTail() throws {
    try RecoverImages.makeDirty(in: folder)
    #expect(try ToolRun(["recover", dirty, "--output", folder.path("copy")]).status == 0)
    #expect(try RecoverImages.isAsExpected(folder.path("copy"), in: folder))
    #expect(try ToolRun(["recover", dirty]).status == 0)
    #expect(try RecoverImages.isAsExpected(dirty, in: folder))
  }

  @Test func oneSeedGivesOneImageAndTheHeadersGetFreshGUIDs() throws {
    try RecoverImages.makeDirty(in: folder)
    var digests: [String] = []
    for (number, seed) in [["--seed", "5"], ["--seed", "5"], []].enumerated() {
      let copy = folder.path("\(number)")
      #expect(try ToolRun(["recover", dirty, "--output", copy] + seed).status == 0)
      digests.append(try digest(copy))
    }
    #expect(digests[0] == digests[1])
    #expect(digests[0] != digests[2])
    func headers(_ path: String) throws -> [JSON] {
      try ToolRun(["inspect", path, "--format", "json"]).json.list("headers")
    }
    let before = try headers(dirty)
    let after = try headers(folder.path("0"))
    #expect(after[0].text("fileWriteGUID") != before[0].text("fileWriteGUID"))
    // The current header's goes into both; replay changes nothing that a guest can see.
    #expect(after[0].text("dataWriteGUID") == after[1].text("dataWriteGUID"))
    #expect(before.compactMap { $0.text("dataWriteGUID") }.contains(after[0].text("dataWriteGUID")))
    #expect(after.allSatisfy { $0.text("logGUID") == "00000000-0000-0000-0000-000000000000" })
  }

  /// Writes after a limit fail: at the first header, the second one, the first sector (zeroes are done
  /// by then), and the growth. The tool stops there and cleans nothing up, as if it were killed; the
  /// next run recovers each image in full.
  @Test(arguments: [64, 128, 5000, 12000])
  func recoveryThatStopsHalfwayIsToldAndCanBeDoneAgain(limitInKiB: Int) throws {
    try RecoverImages.makeDirty(in: folder)
    let before = try digest(dirty)
    let stopped = try ToolRun.line(
      "ulimit -f \(limitInKiB); exec powercut recover '\(dirty)'")
    #expect(stopped.status == 2)
    #expect(stopped.errors.contains("error 27"))
    #expect(stopped.errors.contains("is still whole"))
    #expect(try (digest(dirty) == before) == (limitInKiB == 64))
    #expect(try !RecoverImages.isAsExpected(dirty, in: folder))
    #expect(try ToolRun(["recover", dirty]).status == 0)
    #expect(try RecoverImages.isAsExpected(dirty, in: folder))
  }

  @Test func killAtAnyMomentLeavesAnImageThatRecovers() throws {
    try RecoverImages.makeDirty(in: folder)
    let run = try ToolRun.line(
      """
      set -u; cd '\(folder.path)'
      for delay in 0.002 0.004 0.006 0.008 0.010 0.012 0.014 0.016 0.020 0.030; do
        cp dirty.vhdx killed.vhdx
        timeout -s KILL $delay powercut recover killed.vhdx > /dev/null 2>&1
        powercut recover killed.vhdx > /dev/null || exit 3
        cmp -s -i 1048576:0 killed.vhdx expected || exit 4
      done
      """)
    #expect(run.status == 0, "\(run.errors)")
  }

  /// What a full disk is to a program: a write that fails.
  @Test func copyThatCannotBeWrittenLeavesNothingBehind() throws {
    try RecoverImages.makeDirty(in: folder)
    let before = try digest(dirty)
    let run = try ToolRun.line(
      "ulimit -f 12000; exec powercut recover '\(dirty)' --output '\(folder.path("copy"))'")
    #expect(run.status == 2)
    #expect(run.errors.contains("error 27"))
    #expect(try Folders.names(in: folder.path) == ["base.vhdx", "dirty.vhdx", "expected"])
    #expect(try digest(dirty) == before)
  }

  @Test func imageThatAnotherProgramHasOpenIsLeftAlone() throws {
    try RecoverImages.makeDirty(in: folder)
    try shell("qemu-img create -q -f vhdx '\(folder.path("used.vhdx"))' 64M")
    for arguments in ["", "--dry-run", "--output copy"] {
      let run = try ToolRun.line(
        """
        cd '\(folder.path)'; rm -f orders; mkfifo orders; : > answers
        qemu-io -f vhdx used.vhdx < orders > answers & exec 3> orders
        echo 'read 0 512' >&3; until grep -q 'ops' answers; do sleep 0.05; done
        powercut recover used.vhdx \(arguments); status=$?
        echo quit >&3; wait; exit $status
        """)
      #expect(run.status == 2)
      #expect(run.errors.contains("another program has it open"), "\(run.errors)")
    }
  }

  @Test func readOnlyOpeningRefusesADirtyImageAndOnlyAMistakeWrites() throws {
    try RecoverImages.makeDirty(in: folder)
    let before = try digest(dirty)
    let refused = try ToolRun(["recover", dirty, "--read-only"])
    #expect(refused.status == 1 && refused.result.contains("refused: R12"))
    #expect(try digest(dirty) == before)
    let written = try ToolRun([
      "recover", dirty, "--read-only", "--bug", "recovery.read-only-writes",
    ])
    #expect(written.status == 0)
    #expect(try RecoverImages.isAsExpected(dirty, in: folder))
  }

  @Test func fileThatWasCutShortIsRefused() throws {
    try RecoverImages.makeDirty(in: folder)
    try shell("truncate -s 7M '\(dirty)'")
    let before = try digest(dirty)
    let run = try ToolRun(["recover", dirty, "--format", "json"])
    #expect(run.status == 1)
    let refusal = try run.json.object("refusal")
    #expect(refusal.text("rule") == "R03")
    // The third entry starts 16 KiB after the log's start, and the field is its byte 48.
    #expect(refusal.text("byteOffset") == "0x104030")
    #expect(refusal.text("expected") == "a file of at least 8388608 bytes")
    #expect(refusal.text("found") == "7340032")
    #expect(try digest(dirty) == before)
  }

  /// Replay would go through, but the image has no region table: clearing its log would only lose what
  /// can still be looked at.
  @Test func imageThatDoesNotOpenBehindReplayIsNotTouched() throws {
    try RecoverImages.makeDirty(in: folder)
    try shell("dd if=/dev/zero of='\(dirty)' bs=64k seek=3 count=2 conv=notrunc status=none")
    let before = try digest(dirty)
    let run = try ToolRun(["recover", dirty])
    #expect(run.status == 1)
    #expect(run.result.contains("refused: G01"))
    #expect(try digest(dirty) == before)
    let copy = try ToolRun(["recover", dirty, "--output", folder.path("copy")])
    #expect(copy.status == 1)
    #expect(try RecoverImages.isAsExpected(folder.path("copy"), in: folder))
    #expect(try digest(dirty) == before)
  }

  @Test func headersThatAreGoneAreRefusedByName() throws {
    try RecoverImages.makeDirty(in: folder)
    try shell("dd if=/dev/zero of='\(dirty)' bs=64k seek=1 count=2 conv=notrunc status=none")
    let run = try ToolRun(["recover", dirty])
    #expect(run.status == 1)
    #expect(run.result.contains("refused: H03"))
  }

  @Test func whatIsNoImageIsNeverWritten() throws {
    try shell(
      """
      cd '\(folder.path)'; mkdir folder; : > empty; printf vhdxfil > short
      head -c 3000000 /dev/urandom > garbage; mkfifo pipe
      """)
    for name in ["folder", "empty", "short", "garbage", "missing", "pipe"] {
      for arguments in [[], ["--dry-run"], ["--output", folder.path("copy")]] {
        let run = try ToolRun(["recover", folder.path(name)] + arguments)
        #expect(run.status == 2, "\(name)")
        #expect(run.errors.contains(name), "\(run.errors)")
        #expect(run.result.isEmpty)
      }
    }
    #expect(!Folders.exists(folder.path("copy")))
    #expect(try ToolRun(["recover", "a", "--dry-run", "--output", "b"]).status == 64)
    #expect(try ToolRun(["recover", "a", "--output", "a"]).status == 64)
    #expect(try ToolRun(["recover", "a", "--bug", "no-such"]).status == 64)
  }
}
