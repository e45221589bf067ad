import Foundation
import Host
import TestSupport
import Testing

/// Programs that make random calls of every kind that the recorder names, with it and without it:
/// Tests/Programs/random-calls.c. What they leave and what their calls returned must be the same, `record` must
/// find nothing to say, and the last state of the recording must be the folder. `find` and `sha256sum` look.
///
/// POWERCUT_GENERATED_PROGRAMS=200 makes so many instead of a sample (`make generated-programs`).
@Suite(.serialized) struct GeneratedProgramsTests {
  private static let sampleCount = 10
  private static var seeds: ClosedRange<Int> {
    let wanted = ProcessInfo.processInfo.environment["POWERCUT_GENERATED_PROGRAMS"].flatMap(
      Int.init)
    return 1...max(1, wanted ?? sampleCount)
  }

  private let folder: TemporaryFolder
  private let program: CompiledProgram

  init() throws {
    folder = try TemporaryFolder()
    program = try CompiledProgram("random-calls", in: folder, flags: ["-Wno-unused-result"])
  }

  @Test func programsAreRecordedAsTheyAre() throws {
    for seed in Self.seeds {
      let run = try GeneratedRun(seed, program, in: folder)
      #expect(run.plain.said == run.recorded.said, "seed \(seed)")
      #expect(run.plain.left.lines == run.recorded.left.lines, "seed \(seed)")
      #expect([0, 3].contains(run.tool.status), "seed \(seed): \(run.tool.errors)")
      #expect(run.tool.result.contains("command: exit status 0\n"), "seed \(seed)")
      try run.compareLastState()
    }
  }

  /// With means that cannot be followed: the program is not disturbed either, and what is recorded is whole
  /// unless `record` says that it is not.
  @Test func whatCannotBeFollowedIsSaid() throws {
    var incompleteCount = 0
    for seed in Self.seeds {
      let run = try GeneratedRun(seed, program, in: folder, words: ["unseen"])
      #expect(run.plain.said == run.recorded.said, "seed \(seed)")
      #expect(run.plain.left.lines == run.recorded.left.lines, "seed \(seed)")
      if run.tool.status == 2 {
        incompleteCount += 1
        #expect(run.tool.errors.contains("powercut: not recorded: "), "\(run.tool.errors)")
      } else {
        #expect([0, 3].contains(run.tool.status), "seed \(seed): \(run.tool.errors)")
        try run.compareLastState()
      }
    }
    #expect(incompleteCount > Self.seeds.count / 2)
  }

  /// What is done past the library, call by call: `record` finds each difference and says where.
  @Test(arguments: [
    ("echo made > new", "'%/new' changed and no recorded call did it"),
    ("> new", "'%/new' is a file, and by what was recorded it is nothing"),
    ("mkdir new", "'%/new' is a folder, and by what was recorded it is nothing"),
    ("ln -s there new", "'%/new' is a link to 'there', and by what was recorded it is nothing"),
    ("rm a", "'%/a' is nothing, and by what was recorded it is a file"),
    ("rmdir empty", "'%/empty' is nothing, and by what was recorded it is a folder"),
    ("mv a b", "'%/b' is another file, and by what was recorded it is a file"),
    (
      "ln -sfn there link",
      "'%/link' is a link to 'there', and by what was recorded it is a link to 'a'"
    ),
    ("rm a; mkdir a", "'%/a' is a folder, and by what was recorded it is a file"),
    (
      "printf X | dd of=own bs=1 seek=3 conv=notrunc status=none",
      "'%/own' does not hold what was recorded: byte 3 is 0x58, and 0x34 was recorded"
    ),
    ("printf 789 >> own", "'%/own' has 9 bytes, and 6 were recorded"),
  ])
  func whatIsDonePastTheLibraryIsFound(script: String, said: String) throws {
    let place = try RecordingFolder()
    try shell("cd '\(place.watched)'; echo a > a; echo b > b; mkdir empty; ln -s a link")
    let hidden =
      "printf 123456 > own; env -u LD_PRELOAD sh -c '\(script.replacing("'", with: "'\\''"))'"
    let run = try place.record(["sh", "-c", "cd '\(place.watched)'; \(hidden)"])
    #expect(run.status == 2, "\(run.result)")
    #expect(run.errors.contains(said.replacing("%", with: place.watched)), "\(run.errors)")
    let check = try ToolRun(["check", place.output, "--command", "true {folder}"])
    #expect(check.status == 2, "\(check.result)")
  }
}

/// One generated program, run twice over the same files.
private struct GeneratedRun {
  let plain: (said: String, left: Listing)
  let recorded: (said: String, left: Listing)
  let tool: ToolRun
  private let seed: Int
  private let initial: Listing
  private let place: String

  init(
    _ seed: Int, _ program: CompiledProgram, in folder: TemporaryFolder, words: [String] = []
  ) throws {
    self.seed = seed
    place = folder.path("run")
    // Links lead out of the watched folder, but not out of the one that is made anew.
    let watched = "\(place)/up/up/watched"
    let arguments = ["\(seed)", watched] + words
    try Self.prepare(place, seed, program, watched)
    initial = try Listing(of: watched)
    plain.said = try Peer(program: program.path, package: "gcc").run(arguments)
    plain.left = try Listing(of: watched)
    try Self.prepare(place, seed, program, watched)
    let call = (["'\(program.path)'"] + arguments.map { "'\($0)'" }).joined(separator: " ")
    // Of every other one the files are kept piece by piece, before each is changed.
    let kept = seed % 2 == 0 ? ["--keep-whole", "0"] : []
    tool = try ToolRun(
      ["record", "--watch", watched, "--output", "\(place)/out"] + kept
        + ["--", "sh", "-c", "\(call) > '\(place)/said'"])
    recorded.said = try InputFile.text("\(place)/said")
    recorded.left = try Listing(of: watched)
  }

  private static func prepare(
    _ place: String, _ seed: Int, _ program: CompiledProgram, _ watched: String
  ) throws {
    Folders.remove(place)
    try Folders.create(watched)
    try Peer(program: program.path, package: "gcc").run(["\(seed)", watched, "prepare"])
  }

  /// All that is in the last state is there and the same; what is there and not in the state was there before,
  /// under this or another name.
  func compareLastState() throws {
    let state = "\(place)/state"
    let replay = try ToolRun([
      "replay", "\(place)/out", "--folder", "--at", "last", "--output", state,
    ])
    guard replay.status == 0 else {
      Issue.record("seed \(seed): \(replay.errors)")
      return
    }
    let last = try Listing(of: state)
    for (path, contents) in last.contents {
      #expect(recorded.left.contents[path] == contents, "seed \(seed): \(path)")
    }
    let old = Set(initial.contents.values)
    for (path, contents) in recorded.left.contents where last.contents[path] == nil {
      let isUntouched = contents == Listing.folder || old.contains(contents)
      #expect(isUntouched, "seed \(seed): \(path) is missing")
    }
  }
}

/// What is in a folder, as `find` and `sha256sum` have it.
private struct Listing {
  static let folder = "d"
  /// Everything, with permissions; of files to which threads append in any order the lines, sorted.
  let lines: String
  /// By path: `f` and a checksum, `l` and where it leads, `d`.
  let contents: [String: String]

  init(of folder: String) throws {
    let text = try shell(
      """
      cd '\(folder)'
      find . -mindepth 1 -type d -printf 'd\\t%p\\n'
      find . -mindepth 1 -type l -printf 'l%l\\t%p\\n'
      find . -mindepth 1 -type f -exec sha256sum {} + | sed 's/^\\([0-9a-f]*\\)  /f\\1\\t/'
      """)
    var contents: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 1)
      if parts.count == 2 { contents[String(parts[1])] = String(parts[0]) }
    }
    self.contents = contents
    let unordered = try shell("cd '\(folder)'; sort unordered 2> /dev/null || true")
    let modes = try shell("cd '\(folder)'; find . -mindepth 1 -printf '%y %m %p %l\\n' | sort")
    let sums = contents.filter { $0.key != "./unordered" }.map { "\($0.key) \($0.value)" }
    lines = (sums.sorted() + [unordered, modes]).joined(separator: "\n")
  }
}
