import Bytes
import Host
import Scheduling
import TestSupport
import Testing

/// Whoever is killed, and whenever: `check` reads what was recorded until then, says what is missing, and
/// the recording is a state that the file was in, or on its way to.
@Suite(.serialized) struct KilledRecordingTests {
  private static let fileNames = ["a", "b"]
  private let place: RecordingFolder
  private let program: CompiledProgram

  init() throws {
    place = try RecordingFolder()
    program = try CompiledProgram("versions", in: place.folder)
  }

  /// The seed that kills while the program is being loaded.
  private static let beforeTheProgram: UInt64 = 2

  /// After how many writes somebody is killed: every other time soon after the beginning.
  private static func writeCount(_ seed: UInt64) -> Int {
    var stream = RandomStream(Seed(seed), .faults)
    return 1 + (seed % 2 == 0 ? stream.next(below: 60) : stream.next(below: 2000))
  }

  /// Starts the program under the recorder, in the background of a shell, and waits until it is as far as the
  /// seed wants it; its process number is in `pid`.
  private func background(_ seed: UInt64) -> String {
    """
    cd '\(place.folder.path)'
    powercut record --watch watched --output output -- \
    sh -c 'echo $$ > pid; exec "$@" > said' sh '\(program.path)' \
    watched/a watched/b \(Self.writeCount(seed)) marker > recorded 2>&1 & recorder=$!
    until [ -s pid ] && [ -e \(seed == Self.beforeTheProgram ? "pid" : "marker") ]
    do kill -0 $recorder || exit 1; sleep 0.001; done

    """
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func aKilledProgramsFilesAreRecordedToTheEnd(seed: UInt64) throws {
    let run = try ToolRun.line(
      background(seed) + """
        kill -9 -$(cat pid)
        wait $recorder; echo "ended $?"
        """)
    let said = try InputFile.text(place.folder.path("recorded"))
    #expect(said.contains("command: killed by signal 9"), "\(said)")
    // Nothing, where it was killed before it wrote.
    #expect(["ended 0\n", "ended 3\n"].contains(run.result), "\(run.result)\(said)")
    for name in Self.fileNames where Folders.exists("\(place.output)/\(name)") {
      try place.compareReplay(of: name, with: name)
    }
    for name in Self.fileNames where Folders.exists("\(place.output)/\(name)") {
      let errors = try checkReads(name, statuses: [0, 1, 3])
      let manifest = try JSON(
        parsing: InputFile.text("\(place.output)/\(name)/manifest.json"))
      let unfinishedCount = try #require(manifest.number("unfinishedCount"))
      #expect(
        errors.contains("the program was killed in \(unfinishedCount) calls")
          == (unfinishedCount > 0), "\(errors)")
      try place.replay(name)
      try Versions(place, name).areOrdered()
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func aKilledRecordersFilesAreReadAsFarAsTheyCame(seed: UInt64) throws {
    let run = try ToolRun.line(
      background(seed) + """
        kill -9 $recorder
        for i in $(seq 1000); do kill -0 $(cat pid) 2> /dev/null || break; sleep 0.01; done
        kill -9 $(cat pid) 2> /dev/null && touch went-on
        wait $recorder
        """)
    #expect(run.status == 137, "\(run.errors)")
    #expect(!Folders.exists(place.folder.path("went-on")), "the program went on unrecorded")
    for name in Self.fileNames where Folders.exists("\(place.output)/\(name)") {
      let said = try checkReads(name, statuses: [1, 2, 3])
      #expect(said.contains("the recorder was killed"), "\(said)")
      if try isEmpty(name) { continue }
      try place.replay(name)
      try Versions(place, name).areOrdered()
    }
  }

  /// Has `check` judge a recording.
  ///
  /// - Parameter statuses: how it may end. Of a killed recorder the end is missing: never a plain pass.
  /// - Returns: what it says.
  private func checkReads(_ name: String, statuses: [Int32]) throws -> String {
    let check = try ToolRun(["check", "\(place.output)/\(name)", "--states", "flushed-only"])
    #expect(
      check.status.map { statuses.contains($0) } == true, "\(check.result)\(check.errors)")
    return check.result + check.errors
  }

  /// Each moment of the beginning, made by hand: a kill hits some of them only now and then.
  @Test(arguments: [
    [], ["base.img"], ["base.img", "shadow.img"], ["base.img", "shadow.img", "writes.log"],
  ])
  func aRecordingThatHasJustBegunIsNothing(files: [String]) throws {
    let folder = "\(place.output)/a"
    try shell("mkdir -p '\(folder)'; touch '\(place.output)/joint.txt'")
    for file in files { try OutputFile.write("", to: "\(folder)/\(file)") }
    let check = try ToolRun(["check", folder, "--format", "json"])
    #expect(check.status == 3, "\(check.errors)")
    #expect(
      (try check.json.keys["reasons"] as? [String])?.first?.contains("the recorder was killed")
        == true)
    let replay = try ToolRun([
      "replay", folder, "--at", "last", "--output", place.folder.path("replayed.img"),
    ])
    #expect(replay.status == 2)
    #expect(replay.errors.contains("the recorder was killed"), "\(replay.errors)")
  }

  @Test func aFolderWithoutALogThatNoRecorderMadeIsAnError() throws {
    let folder = place.folder.path("other")
    try Folders.create(folder)
    let check = try ToolRun(["check", folder])
    #expect(check.status == 2)
    #expect(check.errors.contains("writes.log"), "\(check.errors)")
  }

  private func isEmpty(_ name: String) throws -> Bool {
    let path = "\(place.output)/\(name)/writes.log"
    return try !Folders.exists(path) || InputFile.bytes(path).isEmpty
  }
}

/// A replayed file beside the real one, sector by sector.
private struct Versions {
  private let replayed: [UInt8]
  private let live: [UInt8]

  init(_ place: RecordingFolder, _ name: String) throws {
    replayed = try InputFile.bytes(place.folder.path("replayed.img"))
    live = try InputFile.bytes("\(place.watched)/\(name)")
  }

  /// Each sector of the replay is one whole version of itself, and the file holds that or a later one.
  func areOrdered() throws {
    #expect(replayed.count <= live.count)
    for start in stride(from: 0, to: replayed.count, by: 512) {
      let (version, liveVersion) = try (
        Self.version(replayed, at: start), Self.version(live, at: start)
      )
      try #require(version <= liveVersion, "byte \(start)")
    }
  }

  /// 0 where nothing was written yet.
  private static func version(_ bytes: [UInt8], at start: Int) throws -> UInt64 {
    let sector = Array(bytes[start..<min(start + 512, bytes.count)])
    try #require(sector.count == 512)
    if sector.allSatisfy({ $0 == 0 }) { return 0 }
    let words = stride(from: 0, to: 512, by: 8).map { place in
      sector[place..<place + 8].reversed().reduce(0) { ($0 << 8) | UInt64($1) }
    }
    let once: [UInt64] = [0x7372_6576, UInt64(start / 512), words[2]]
    try #require(words == (0..<21).flatMap { _ in once } + [0], "byte \(start)")
    return words[2]
  }
}
