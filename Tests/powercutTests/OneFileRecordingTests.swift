import Host
import TestSupport
import Testing

/// What `record` has written of one file is that file for every command, and of several files no command
/// takes one by itself.
@Suite(.serialized) struct OneFileRecordingTests {
  private let place: RecordingFolder

  /// Good is a file without a zero byte.
  private static let checker = """
    import os, sys
    path = sys.argv[1]
    path = path if os.path.isfile(path) else path + '/log'
    data = open(path, 'rb').read() if os.path.exists(path) else b''
    sys.exit('%d zero bytes' % data.count(0) if 0 in data else 0)
    """

  init() throws {
    place = try RecordingFolder()
    try OutputFile.write(Self.checker, to: place.folder.path("checker.py"))
  }

  private func command(_ placeholder: String) -> String {
    "python3 '\(place.folder.path("checker.py"))' \(placeholder)"
  }

  /// Three appends of 700 bytes to the files, in calls with `flags`; a sync where there are none.
  private func append(to names: [String] = ["log"], flags: String = "0") throws {
    let program = """
      import os
      for name in \(names):
          f = os.open('\(place.watched)/' + name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | \(flags), 0o600)
          for i in range(3): os.write(f, bytes([65 + i]) * 700)
          if not \(flags): os.fsync(f)
      """
    let run = try place.record(["python3", "-c", program])
    try #require(run.status == 0, "\(run.errors)")
  }

  @Test(arguments: ["{image}", "{folder}"])
  func anAppendIsThereOrNot(placeholder: String) throws {
    try append()
    let prefix = try ToolRun(
      ["check", place.output, "--states", "prefix", "--command", command(placeholder)])
    #expect(prefix.status == 0, "\(prefix.result)\(prefix.errors)")

    let drop = try ToolRun(
      ["check", place.output, "--states", "drop:1", "--command", command(placeholder)])
    #expect(drop.status == 1, "\(drop.result)")
    #expect(
      drop.result.contains(
        "the length is there (700 bytes, entry 0 of the same call), the data is not"),
      "\(drop.result)")
    #expect(drop.result.contains(placeholder == "{image}" ? "cut:2 lost:1" : "cut:3 lost:log:1"))

    // The line for the state writes what the command saw.
    let marker = placeholder == "{image}" ? "evidence  the image: " : "evidence  the folder: "
    let line = try #require(drop.result.split(separator: "\n").first { $0.contains(marker) })
    let words = try #require(line.ranges(of: marker).first)
    let replay = try ToolRun.line(String(line[words.upperBound...]), in: place.folder.path)
    #expect(replay.status == 0, "\(replay.errors)")
    let written = placeholder == "{image}" ? "state.img" : "state/log"
    #expect(try InputFile.bytes(place.folder.path(written)) == [UInt8](repeating: 0, count: 700))
  }

  @Test func everyCommandTakesIt() throws {
    try append()
    let image = place.folder.path("image")
    #expect(try ToolRun(["replay", place.output, "--output", image]).status == 0)
    try shell("cmp '\(image)' '\(place.watched)/log'")
    let folder = place.folder.path("all")
    #expect(try ToolRun(["replay", place.output, "--folder", "--output", folder]).status == 0)
    try shell("diff -r '\(folder)' '\(place.watched)'")
    #expect(try ToolRun(["check", place.output]).status == 0)
    #expect(try ToolRun(["inspect", place.output]).result.contains("log/writes.log"))
    let bisect = try ToolRun(["bisect", place.output, "--command", command("{image}")])
    #expect(bisect.status == 1, "\(bisect.errors)")
    #expect(bisect.result.contains("first bad    cut:2 lost:1"), "\(bisect.result)")
    let served = try ToolRun(["serve", place.output, "--run", "echo {uri}"])
    #expect(served.status == 0, "\(served.errors)")
    let recover = try ToolRun(["recover", place.output])
    #expect(recover.status == 2)
    #expect(
      recover.errors.contains("powercut replay \(place.output)/log --output"), "\(recover.errors)")
    // The folder is judged, too.
    let whole = try ToolRun(["bisect", place.output, "--command", command("{folder}/log")])
    #expect(whole.status == 1, "\(whole.errors)")
    #expect(whole.result.contains("first bad    cut:3 lost:log:1"), "\(whole.result)")
  }

  /// What the second append breaks is found at its end: a cut between its length and its data is none.
  @Test func bisectNeverCutsACallInTwo() throws {
    try append()
    let size = place.folder.path("size.py")
    try OutputFile.write("import os, sys; sys.exit(os.stat(sys.argv[1]).st_size >= 1400)", to: size)
    let run = try ToolRun([
      "bisect", place.output, "--states", "prefix", "--command", "python3 '\(size)' {image}",
    ])
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.result.contains("last good    cut:2\n  first bad    cut:4"), "\(run.result)")
  }

  @Test(arguments: ["bisect", "inspect", "serve", "replay", "check"])
  func ofSeveralFilesOneHasToBeNamed(tool: String) throws {
    try append(to: ["a", "b"])
    let options = ["bisect": ["--command", command("{image}")], "replay": ["--digests"]]
    let run = try ToolRun([tool, place.output] + (options[tool] ?? []))
    #expect(run.status == (tool == "replay" ? 64 : 2), "\(run.result)")
    let said =
      switch tool {
      case "check": "is judged by its own folder"
      case "bisect": "is searched by its own folder"
      case "replay": "--digests belongs to the folder of one"
      default:
        "\(place.output) is a recording of several files; \(tool) takes one of them: "
          + "\(place.output)/a, \(place.output)/b"
      }
    #expect(run.errors.contains(said), "\(run.errors)")
  }

  /// Each append is durable when it returns, and can be there in part before that: as one that a sync follows.
  @Test(arguments: ["os.O_DSYNC", "os.O_SYNC"])
  func aDurableAppendIsOneAndItsSync(flags: String) throws {
    func states(_ flags: String) throws -> [String] {
      let place = try RecordingFolder()
      let program = """
        import os
        f = os.open('\(place.watched)/log', os.O_WRONLY | os.O_CREAT | os.O_APPEND | \(flags), 0o600)
        for i in range(3):
            os.write(f, bytes([65 + i]) * 700)
            if not \(flags): os.fdatasync(f)
        """
      try #require(try place.record(["python3", "-c", program]).status == 0)
      let check = try ToolRun([
        "check", "\(place.output)/log", "--states", "prefix,drop:1,keep:1,torn", "--command",
        "test -f {image}",
      ])
      #expect(check.status == 0, "\(check.result)")
      return check.result.split(separator: "\n").map(String.init)
        .filter { $0.contains(" states") && !$0.hasPrefix("passed") }
    }
    let synced = try states("0")
    #expect(synced.contains { $0.hasPrefix("drop:1: 6 states") }, "\(synced)")
    #expect(try states(flags) == synced)
  }

  /// It makes nothing else of the file durable, so that there is no sync to be had from it.
  @Test func aDurableWriteBesideOneThatIsNot() throws {
    let program = """
      import os
      f = os.open('\(place.watched)/log', os.O_RDWR | os.O_CREAT, 0o600)
      os.pwrite(f, b'A' * 512, 0)
      os.pwritev(f, [b'B' * 512], 512, os.RWF_DSYNC)
      """
    let run = try place.record(["python3", "-c", program])
    try #require(run.status == 0, "\(run.errors)")
    let image = place.folder.path("image")
    let state = ["--state", "cut:4 lost:1", "--output", image]
    let replay = try ToolRun(["replay", "\(place.output)/log"] + state)
    #expect(replay.status == 0, "\(replay.errors)")
    let expected = [UInt8](repeating: 0, count: 512) + [UInt8](repeating: 66, count: 512)
    #expect(try InputFile.bytes(image) == expected)
  }

  @Test func aDurableCallOnAnotherFileIsSoToo() throws {
    let program = """
      import os
      f = os.open('\(place.watched)/log', os.O_WRONLY | os.O_CREAT, 0o600)
      os.pwritev(f, [b'A' * 700], 0, os.RWF_DSYNC)
      os.pwritev(f, [b'B' * 700], 700)
      """
    let run = try place.record(["python3", "-c", program])
    try #require(run.status == 0, "\(run.errors)")
    let check = try ToolRun(["check", place.output, "--states", "drop:1"])
    // The length and the data of each call, the first until it returns.
    #expect(check.result.contains("drop:1: 4 states"), "\(check.result)")
  }

  /// sync() right before a file is made: the file is not covered by it, and is one file in joint.txt.
  @Test func aSyncBesideTheMakingOfAFile() throws {
    let program = """
      import os
      for i in range(12):
          os.sync()
          f = os.open('\(place.watched)/log%d' % i, os.O_WRONLY | os.O_CREAT, 0o600)
          os.write(f, b'A' * 700)
          os.fsync(f)
      """
    let run = try place.record(["python3", "-c", program])
    try #require(run.status == 0, "\(run.errors)")
    let lines = try InputFile.text("\(place.output)/joint.txt").split(separator: "\n").map(
      String.init)
    for number in 0..<12 {
      let made = try #require(
        lines.firstIndex { $0.hasPrefix("create ") && $0.hasSuffix(" log\(number)") })
      let first = try #require(lines.firstIndex(of: "entry log\(number) 0"))
      #expect(made < first, "log\(number): \(lines)")
      #expect(lines[..<made].filter { $0 == "sync" }.count == number + 1)
    }
    let folder = place.folder.path("last")
    #expect(try ToolRun(["replay", place.output, "--output", folder]).status == 0)
    try shell("diff -r '\(folder)' '\(place.watched)'")
    let durable = place.folder.path("durable")
    let state = "cut:\(lines.count)"
    #expect(
      try ToolRun(["replay", place.output, "--state", state, "--output", durable]).status == 0)
    try shell("test $(stat -c %s '\(durable)/log0') = 700")
  }
}
