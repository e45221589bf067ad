import Host
import TestSupport
import Testing

/// `check --command` with the real qemu-img on what the real qemu-io wrote.
@Suite(.serialized) struct CommandQEMUTests {
  private let recording: CommandRecording

  init() throws { recording = try CommandRecording.vhdx(blockCount: 4) }

  private func rules(_ run: ToolRun) throws -> [String] {
    try run.json.rules.filter { $0.hasPrefix("X") }
  }

  private func note(_ run: ToolRun) throws -> String {
    let notes = try #require(run.json.keys["notes"] as? [String])
    return try #require(notes.first { $0.hasPrefix("command ") })
  }

  @Test func aCheckThatRepairsAcceptsEveryPrefixAndRecoversAsWeDo() throws {
    let run = try recording.check(
      ["qemu-img check -r all {image}"], ["--format", "json"], build: .release)
    #expect(try rules(run).isEmpty, "\(run.result)")
    let note = try note(run)
    #expect(note.contains(", 0 skipped (exit 125), 0 need recovery first, 0 broken"), "\(note)")
    // Each of the four blocks has two states that need recovery.
    #expect(note.hasSuffix(", 8 changed and compared with our recovery"), "\(note)")
  }

  @Test func aCheckThatOnlyLooksNeedsRecoveryAndBreaksNothing() throws {
    let run = try recording.check(
      ["qemu-img check -f vhdx {image}"], ["--format", "json"], build: .release)
    #expect(try rules(run).isEmpty, "\(run.result)")
    let note = try note(run)
    #expect(note.contains(" 8 need recovery first, 0 broken"), "\(note)")
    #expect(run.result.contains("no command recovered its copy of an image"))
  }

  @Test func theImageCanBePartOfAWord() throws {
    let run = try recording.check(
      ["qemu-img check -r all --image-opts driver=vhdx,file.filename={image}"],
      ["--format", "json"], build: .release)
    #expect(try rules(run).isEmpty, "\(run.result)")
  }

  /// A repair that then spoils one byte of the block table, in images that needed it.
  @Test func aRepairThatSpoilsAByteBreaksX04() throws {
    let program = try recording.program(
      "spoil",
      """
      qemu-img check "$1" > /dev/null && exit 0
      qemu-img check -r all "$1" && printf x | dd of="$1" bs=1 seek=$((0x200123)) conv=notrunc
      """)
    let run = try recording.check(["\(program) {image}"], ["--format", "json"], build: .release)
    #expect(try rules(run) == ["X04"], "\(run.result)")
    let finding = try #require(try run.json.list("findings").first { $0.text("rule") == "X04" })
    #expect(finding.text("found")?.contains("leaves other bytes from 2097443 on") == true)
    #expect(finding.number("repeats") == 7)
    let evidence = try #require(finding.keys["evidence"] as? [String])
    #expect(evidence.contains("at byte 2097443: BAT entry 36 (block 36)"))
  }

  /// The specification refuses an image whose headers name a log without an entry; a program that
  /// puts another image there has an opinion of its own.
  @Test func aRepairOfWhatTheSpecificationRefusesBreaksX02() throws {
    let program = try recording.program(
      "replace", "cp '\(recording.folder.path("base.img"))' \"$1\"")
    let run = try recording.check(
      ["\(program) {image}"], ["--format", "json"], profile: "exact", build: .release)
    #expect(try rules(run).contains("X02"), "\(run.result)")
  }

  /// A program is not blamed for refusing what is no image yet, unless the disk is judged as a raw one.
  @Test func statesBeforeTheImageIsThereAreLeftOut() throws {
    let recording = try CommandRecording.creation()
    let command = "qemu-img check -f vhdx {image}"
    let image = try recording.check(
      [command], ["--as", "vhdx", "--format", "json"], build: .release)
    #expect(try rules(image).isEmpty, "\(image.result)")
    #expect(try note(image).contains(": 1 distinct states, 1 accepted,"))
    #expect(image.result.contains("cuts before 8 are left out"))
    let raw = try recording.check([command], ["--format", "json"], build: .release)
    #expect(try rules(raw) == ["X03"], "\(raw.result)")
    #expect(try note(raw).contains(": 9 distinct states, 1 accepted,"))
  }

  /// The file grows after the length that it had first, and the line in the evidence knows it.
  @Test func theImageOfAGrowingFileCanBeWrittenOut() throws {
    let log = recording.folder.path("writes.log")
    let run = try ToolRun(
      [
        "check", log, "--base", recording.folder.path("base.img"), "--image-size", "8MiB", "--as",
        "vhdx", "--states", "prefix", "--command", "test ! -s {image}", "--format",
        "json",
      ], build: .release)
    let finding = try #require(try run.json.list("findings").first { $0.text("rule") == "X03" })
    let evidence = try #require(finding.keys["evidence"] as? [String])
    let line = try #require(evidence.last { $0.hasPrefix("the image: ") }).dropFirst(11)
    let last = line.replacing("--state cut:0", with: "--at last")
    let replay = try ToolRun.line(String(last), build: .release, in: recording.folder.path)
    #expect(replay.status == 0, "\(replay.errors)")
    // Byte for byte what the real program's file was in the end, from the first block on.
    try shell(
      """
      cd '\(recording.folder.path)'
      size=$(stat -c %s state.img); [ $size -gt 8388608 ]; cmp -n $size state.img image.vhdx
      """)
  }
}
