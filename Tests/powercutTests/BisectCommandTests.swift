import Bytes
import Foundation
import Host
import TestSupport
import Testing
import WriteLog

/// `bisect` as a user starts it, on logs of the real qemu-io.
@Suite(.serialized) struct BisectCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let check = "qemu-img check -r all -f vhdx {image}"

  // MARK: A write that goes astray

  /// One payload write of QEMU's log is sent to the metadata table instead: from that entry on nobody
  /// opens the image.
  @Test func theWriteThatGoesAstrayIsNamedByTheRealChecker() throws {
    let arguments = try record()
    let planted = try plantStrayWrite()
    let run = try ToolRun(
      ["bisect"] + arguments + ["--command", Self.check, "--format", "json"])
    #expect(run.status == 1, "\(run.errors)")
    let report = try run.json
    #expect(report.text("verdict") == "culprit")
    #expect(report.text("monotony") == "monotone")
    let counts = try report.object("counts")
    #expect(try #require(counts.number("states")) <= 20)
    let culprit = try report.object("culprit")
    #expect(culprit.text("firstBad") == "cut:\(planted + 1)")
    #expect(culprit.text("lastGood") == "cut:\(planted)")
    let entry = try #require(try culprit.list("entries").first)
    #expect(entry.number("index") == planted)
    #expect(entry.text("structure") == "metadata table")
    #expect(entry.text("deviceByteOffset") == "0x300000")
    #expect(try culprit.list("entries").count == 1)
    #expect(try report.list("findings").first?.number("cut") == planted + 1)
  }

  @Test func bothImagesAreWrittenByTheCommandsThatAreShown() throws {
    let arguments = try record()
    _ = try plantStrayWrite()
    let run = try ToolRun(
      ["bisect"] + arguments + ["--command", Self.check, "--format", "json"])
    let culprit = try run.json.object("culprit")
    for (key, name, isGood) in [
      ("goodImageCommand", "good.img", true), ("badImageCommand", "bad.img", false),
    ] {
      let command = try #require(culprit.text(key))
      #expect(command.hasSuffix("--output \(name)"))
      let replay = try ToolRun.line(command, build: .release, in: folder.path)
      #expect(replay.status == 0, "\(replay.errors)")
      let check = try Peer.qemuImage.attempt(
        ["check", "-r", "all", "-f", "vhdx", folder.path(name)])
      #expect((check.status == .exited(0)) == isGood, "\(name): \(check.outputText)")
    }
  }

  @Test func theSameWriteIsNamedByARule() throws {
    let arguments = try record()
    let planted = try plantStrayWrite()
    let run = try ToolRun(
      ["bisect"] + arguments + ["--as", "vhdx", "--rule", "M01", "--format", "json"],
    )
    #expect(run.status == 1, "\(run.errors)")
    let report = try run.json
    #expect(try report.object("culprit").text("firstBad") == "cut:\(planted + 1)")
    // Where the log names no entry yet the image does not open: those cuts are passed over.
    let counts = try report.object("counts")
    let judgedCount =
      try #require(counts.number("states")) - #require(
        counts.number("skippedStates"))
    #expect(judgedCount <= 20)
    #expect(try report.rules == ["M01"])
  }

  /// The window that QEMU's writer leaves: the header that names a log without an entry.
  @Test func theFirstBrokenRuleIsFollowedWhereNoneIsGiven() throws {
    let arguments = try record()
    let run = try ToolRun(["bisect"] + arguments + ["--as", "vhdx"])
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.result.contains("rule         S05: "))
    #expect(run.result.contains("it writes: header "))
    #expect(run.result.contains("search: NOT MONOTONE"))
    #expect(run.result.contains("LogGuid\n      good  zero, the log is empty\n      bad   "))
    #expect(try run.reproduction.contains("--rule S05"))
    let again = try ToolRun.line(run.reproduction)
    #expect(again.status == 1)
    #expect(
      again.result.split(separator: "\n").prefix(12) == run.result.split(separator: "\n").prefix(12)
    )
  }

  // MARK: Commands that always say the same

  @Test func aCommandThatIsAlwaysGoodIsZero() throws {
    let run = try ToolRun(["bisect"] + smallLog() + ["--command", "test -e {image}"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.result.contains("Nothing fails: 'test -e {image}' accepts every state."))
    #expect(try run.reproduction.contains("--command 'test -e {image}'"))
  }

  @Test func aCommandThatIsAlwaysBadBlamesNoEntry() throws {
    let run = try ToolRun(["bisect"] + smallLog() + ["--command", "test ! -e {image}"])
    #expect(run.status == 1)
    #expect(run.result.contains("fails from the start: at cut:0"))
    #expect(!run.result.contains("CULPRIT"))
    #expect(run.result.contains("found        'test ! -e {image}' exits with 1"))
  }

  @Test func aCommandThatPassesOverEveryStateIsThree() throws {
    let command = "bash -c 'exit 125' {image}"
    let run = try ToolRun(["bisect"] + smallLog() + ["--command", command])
    #expect(run.status == 3)
    #expect(run.result.contains("NOTHING WAS JUDGED: the judge passed over every state."))
    let json = try ToolRun(
      ["bisect"] + smallLog() + ["--command", command, "--format", "json"])
    #expect(json.status == 3)
    #expect(try json.json.text("verdict") == "nothing-judged")
  }

  @Test func aCommandThatIsNotThereIsTwo() throws {
    let run = try ToolRun(["bisect"] + smallLog() + ["--command", "no-such-program {image}"])
    #expect(run.status == 2)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("cannot start 'no-such-program'"))
    let wrapped = try ToolRun(["bisect"] + smallLog() + ["--command", "env no-such {image}"])
    #expect(wrapped.status == 2)
    #expect(wrapped.errors.contains("a program behind it cannot be started"))
  }

  // MARK: How a command can end

  /// Sector 2 is written by entry 2 of the small log: in the image from cut 3 on.
  private static func whereSector2IsWritten(_ then: String) -> String {
    "bash -c 'cmp -s -n 512 -i 1024:0 \"$0\" /dev/zero || \(then)' {image}"
  }

  @Test(arguments: ["exit 1", "exit 124", "kill -SEGV $$", "sleep 60"])
  func everyOtherEndIsBad(end: String) throws {
    let run = try ToolRun(
      ["bisect"] + smallLog() + [
        "--command", Self.whereSector2IsWritten(end), "--command-timeout", "1s",
      ])
    #expect(run.status == 1, "\(run.errors)\(run.result)")
    #expect(run.result.contains("CULPRIT  entry 2  "), "\(run.result)")
    let words =
      switch end {
      case "sleep 60": "runs for more than 1 s and is killed"
      case "kill -SEGV $$": "is ended by signal 11 (SIGSEGV)"
      default: "exits with \(end.dropFirst(5))"
      }
    #expect(run.result.contains("' \(words)\n"), "\(run.result)")
  }

  /// What the command cannot say anything about is between the two sides.
  @Test func skippedStatesWidenTheAnswer() throws {
    let skip = Self.whereSector2IsWritten(
      "{ cmp -s -n 512 -i 2048:0 \"$0\" /dev/zero && exit 125 || exit 1; }")
    let run = try ToolRun(["bisect"] + smallLog() + ["--command", skip, "--format", "json"])
    #expect(run.status == 1, "\(run.errors)")
    let culprit = try run.json.object("culprit")
    #expect(culprit.text("firstBad") == "cut:5")
    #expect(culprit.text("lastGood") == "cut:2")
    #expect(culprit.keys["skipped"] as? [String] == ["cut:4", "cut:3"])
    let text = try ToolRun(["bisect"] + smallLog() + ["--command", skip])
    #expect(text.result.contains("CULPRIT  one of the entries 2 to 4: 2 states between"))
  }

  @Test func theSmallestLossIsFoundByACommand() throws {
    // Good unless sector 6 is there and sectors 1 and 3 are not.
    let command = """
      bash -c 'for s in 6 1 3; do cmp -s -n 512 -i $((s * 512)):0 "$0" /dev/zero; echo $?; done \
      | tr -d "\\n" | grep -qv 100' {image}
      """
    let run = try ToolRun(
      ["bisect"] + smallLog() + [
        "--command", command, "--states", "prefix,drop:2", "--format", "json",
      ])
    #expect(run.status == 1, "\(run.errors)\(run.result)")
    let culprit = try run.json.object("culprit")
    #expect(culprit.text("firstBad") == "cut:7 lost:1,3")
    #expect(culprit.text("lastGood") == "cut:7")
    #expect(culprit.text("before") == "cut:6 lost:1,3")
    #expect(culprit.keys["lost"] as? [Int] == [1, 3])
  }

  /// One write of four sectors; bad where its second sector is there and its first is not.
  @Test func aTornWriteIsNamedByACommand() throws {
    let path = folder.path("torn.log")
    try OutputFile.write(
      Self.sector([0x6a_7366_7773_6872, 1, 1, 512]) + Self.sector([4, 4, 0, 0])
        + [UInt8](repeating: 0xc0, count: 2048), to: path)
    let isThere = { (byteOffset: Int) in "! cmp -s -n 512 -i \(byteOffset):0 \"$0\" /dev/zero" }
    let command =
      "bash -c 'if \(isThere(2048)); then exit 0; fi; \(isThere(2560)) && exit 1; exit 0' {image}"
    let arguments = [path, "--image-size", "8192", "--states", "prefix,torn:512"]
    let run = try ToolRun(["bisect"] + arguments + ["--command", command])
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.result.contains("CULPRIT  entry 0  byte 512  write  [2048, 4096)"))
    #expect(run.result.contains("only where the power cut tears entry 0: cut:1 torn:0:512:"))
    #expect(run.result.contains("last good    cut:1\n"))
  }

  private static let goodWhereSector2IsWritten =
    "bash -c '! cmp -s -n 512 -i 1024:0 \"$0\" /dev/zero' {image}"

  @Test func aRunThatIsInterruptedIs130() throws {
    let run = try ToolRun.line(
      """
      powercut bisect \(smallLog().joined(separator: " ")) --format json \
        --command "bash -c 'sleep 0.3' {image}" & sleep 1; kill -INT $!; wait $!
      """)
    #expect(run.status == 130)
    #expect(try run.json.text("verdict") == "interrupted")
    #expect(try run.json.bool("interrupted") == true)
  }

  // MARK: Logs that are wrong themselves

  @Test func aChainThatBreaksIsNamedByItsEntry() throws {
    let out = folder.path("out")
    let fuzz = try ToolRun(
      [
        "fuzz", "--stack", "raw:exact", "--bug", "logger.position-reread", "--seeds", "31",
        "--output", out,
      ])
    try #require(fuzz.status == 1)
    let run = try ToolRun(["bisect", try FoundRecording.unshrunk(in: out)])
    #expect(run.status == 1)
    // The write-zeroes whose place was taken, as the trace of the run has it.
    #expect(run.result.contains("CULPRIT  entry 59  byte 679936  write  [8192, 20480)"))
    #expect(run.result.contains("rule         L03: "))
    #expect(run.result.contains("the chain ends behind entry 59, at byte 696320 of the log"))
    #expect(
      run.result.contains(
        "byte 684032 of the log: 08 00 00 00 00 00 00 00 06 00 00 00 00 00 00 00"))
    #expect(run.result.contains("byte 696320 of the log: zeroes"))
    #expect(run.result.contains("the log is damaged after its first 60 entries"))
  }

  /// A block is published while its payload can be lost. What the client wrote is not to be seen in the
  /// entries below an image, so both commands must know it from elsewhere.
  @Test func aRecordingOfAnImageIsJudgedAsTheRunWas() throws {
    let out = folder.path("out")
    let fuzz = try ToolRun(
      [
        "fuzz", "--stack", "vhdx:exact", "--bug", "writer.payload-not-stable", "--seeds", "44",
        "--output", out, "--format", "json",
      ])
    try #require(fuzz.status == 1)
    let finding = try #require(try fuzz.json.list("findings").first)
    let state = try #require(finding.text("state"))
    #expect(finding.text("rule") == "D03" && state.contains(" lost:"))
    let recording = try FoundRecording.unshrunk(in: out)
    let check = try ToolRun(["check", recording, "--format", "json"])
    #expect(try check.json.list("findings").first?.text("state") == state)
    let bisect = try ToolRun(["bisect", recording, "--format", "json"])
    #expect(bisect.status == 1)
    let culprit = try bisect.json.object("culprit")
    #expect(culprit.text("firstBad") == state)
    let differences = try culprit.list("entries").compactMap { $0.text("difference") }
    #expect(differences == ["lost", "arrived"])
    let structures = try culprit.list("entries").compactMap { $0.text("structure") }
    #expect(structures.first?.hasPrefix("block ") == true)
    #expect(structures.last?.hasPrefix("log entry with number ") == true)
  }

  @Test func aRecordingThatIsRightIsZero() throws {
    let run = try ToolRun(["bisect"] + smallLog(lastFlags: 1))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.result.contains("Nothing fails: every rule holds in every state."))
    #expect(run.result.contains("passed: 7 entries, 6 promises, "))
    #expect(run.result.contains("not judged: L07 (the log carries no marks"))
  }

  /// No entry is a flush, so no sector was ever promised to survive.
  @Test(arguments: [[], ["--rule", "D03"]])
  func aRecordingWithoutAPromiseIsThree(question: [String]) throws {
    let run = try ToolRun(["bisect"] + smallLog() + question)
    #expect(run.status == 3)
    #expect(run.result.contains("NOTHING WAS JUDGED: "), "\(run.result)")
    #expect(run.result.contains("nothing was promised"))
    let json = try ToolRun(["bisect"] + smallLog() + question + ["--format", "json"]).json
    #expect(json.text("outcome") == "nothing checked")
    #expect(json.bool("passed") == false)
    let junit = try ToolRun(["bisect"] + smallLog() + question + ["--format", "junit"])
    #expect(junit.status == 3)
    #expect(junit.result.contains("<skipped message=\"nothing was checked: nothing was promised"))
  }

  /// As of a disk that is made by the log's own entries.
  @Test func aCommandThatRefusesTheFirstStatesOnlyIsOneWithoutACulprit() throws {
    let arguments =
      ["bisect"] + smallLog() + [
        "--states", "prefix", "--command", Self.goodWhereSector2IsWritten,
      ]
    let run = try ToolRun(arguments)
    #expect(run.status == 1)
    #expect(run.result.contains("Nothing fails from cut:3 on."))
    #expect(run.result.contains("fails at cut:0 to cut:2, before the first good state"))
    #expect(!run.result.contains("CULPRIT"))
    let json = try ToolRun(arguments + ["--format", "json"]).json
    #expect(json.text("verdict") == "nothing-fails")
    #expect(json.text("outcome") == "failed")
  }

  /// A log of a VHDX image needs no --as where the device begins as one.
  @Test func anImageIsRecognized() throws {
    let arguments = try record()
    let run = try ToolRun(["bisect"] + arguments)
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.result.contains("rule         S05: "))
    #expect(run.result.contains("contents: a VHDX image, judged as one"))
  }

  /// Three entries are counted, and none can be read: that is broken, not empty.
  @Test func aLogThatIsBrokenBeforeItsFirstEntryIsOne() throws {
    let path = folder.path("broken.log")
    try OutputFile.write(
      Self.sector([0x6a_7366_7773_6872, 1, 3, 512]) + [UInt8](repeating: 0xff, count: 512),
      to: path)
    let run = try ToolRun(["bisect", path, "--image-size", "8192"])
    #expect(run.status == 1, "\(run.result)")
    #expect(run.result.contains("incomplete: the log is damaged after its first 0 entries"))
  }

  @Test func aRuleThatCannotBeJudgedIsThree() throws {
    let run = try ToolRun(["bisect"] + smallLog() + ["--rule", "L07"])
    #expect(run.status == 3)
    #expect(run.result.contains("rule L07 cannot be judged here (the log carries no marks"))
  }

  @Test func anImageIsRefusedWithAHint() throws {
    _ = try record()
    let run = try ToolRun(["bisect", folder.path("base.img")])
    #expect(run.status == 2)
    #expect(run.errors.contains("which write broke it shows in a log of its writes only"))
  }

  @Test func aMissingLogIsTwo() throws {
    let run = try ToolRun(["bisect", folder.path("nothing-here")])
    #expect(run.status == 2)
    #expect(run.errors.contains("nothing-here"))
  }

  // MARK: Usage

  @Test(arguments: [
    (["--command", "true"], "{image}"), (["--command", ""], "a program"),
    (["--command", "sh -c 'true {image}"], "Close the quote"), (["--rule", "Z99"], "Z99"),
    (["--rule", "D01", "--command", "true {image}"], "ask one of them"),
    (["--command", "true {image}", "--command-timeout", "0"], "command-timeout"),
    (["--states", "none"], "none"), (["--format", "xml"], "xml"),
  ])
  func misuseIsSaid(arguments: [String], named: String) throws {
    let run = try ToolRun(["bisect", "writes.log"] + arguments)
    #expect(run.status == 64)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains(named), "\(run.errors)")
  }

  @Test func twoRunsDifferInTheirTimingOnly() throws {
    let arguments =
      ["bisect"] + smallLog() + [
        "--command", Self.whereSector2IsWritten("exit 1"), "--format", "json",
      ]
    let texts = try (0..<2).map { _ in
      try ToolRun(arguments).result.split(separator: "\n").filter { !$0.contains("elapsed") }
    }
    #expect(texts[0] == texts[1])
    #expect(texts[0].count > 50)
  }

  // MARK: Recordings

  /// Seven sectors, one after the other, without a flush; entry n writes sector n.
  /// - Parameter lastFlags: of the last entry; 1 is FLUSH.
  private func smallLog(lastFlags: UInt64 = 0) -> [String] {
    let path = folder.path("small.log")
    var bytes = Self.sector([0x6a_7366_7773_6872, 1, 7, 512])
    for entry in 0..<7 as Range<UInt64> {
      bytes +=
        Self.sector([entry, 1, entry == 6 ? lastFlags : 0, 0])
        + [UInt8](repeating: 0xc0 + UInt8(entry), count: 512)
    }
    do {
      try OutputFile.write(bytes, to: path)
    } catch {
      Issue.record("\(error)")
    }
    return [path, "--image-size", "8192"]
  }

  /// Little-endian words, and zeroes up to 512 bytes.
  private static func sector(_ words: [UInt64]) -> [UInt8] {
    let bytes = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
    }
    return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
  }

  /// Lets the real program write; returns the arguments that name its log.
  private func record() throws -> [String] {
    let (image, log, base) = (
      folder.path("image.vhdx"), folder.path("writes.log"), folder.path("base.img")
    )
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=dynamic", image, "96M",
    ])
    try shell("cp \(image) \(base); : > \(log)")
    let commands = (0..<36).flatMap { ["write -P 0xa\($0 % 10) \($0 * 2)M 4k", "flush"] }
    try Peer.qemuIO.run(
      ["-t", "writeback"] + commands.flatMap { ["-c", $0] } + [
        "--image-opts",
        "driver=vhdx,file.driver=blklogwrites,file.file.driver=file,file.file.filename=\(image),"
          + "file.log.driver=file,file.log.filename=\(log)",
      ])
    return [log, "--base", base, "--image-size", "\(try MappedFile.map(image).byteCount)"]
  }

  /// Sends the 21st write of payload to the metadata region, at 3 MiB of QEMU's images; returns its
  /// entry.
  private func plantStrayWrite() throws -> Int {
    let path = folder.path("writes.log")
    let index = try WriteLogIndex(reading: MappedFile.map(path))
    let payload = (0..<index.entryCount).filter {
      index[$0].kind == .write && index[$0].deviceRange.byteOffset >= 8 << 20
    }
    try #require(payload.count >= 36 && index.entryCount > 500)
    let stray = payload[20]
    let sector = (3 << 20) / UInt64(index.sectorByteCount)
    let digits = (0..<8).map { "\\x" + String(sector >> (8 * UInt64($0)) & 0xff, radix: 16) }
    try shell(
      """
      printf '\(digits.joined())' \
        | dd of='\(path)' bs=1 seek=\(index[stray].headerByteOffset) conv=notrunc status=none
      """)
    return stray
  }
}
