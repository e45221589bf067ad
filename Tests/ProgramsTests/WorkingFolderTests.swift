import Bytes
import CrashStates
import Host
import Recorder
import Scheduling
import TestSupport
import Testing
import WriteLog

@testable import Programs

/// A folder that is one crash state after the other, whatever somebody does to it in between: it must be what is written
/// anew for each state.
@Suite(.serialized) struct WorkingFolderTests {
  private static let folder = Result { try TemporaryFolder(prefix: "working", prefersMemory: true) }
  private static let program = Result {
    try CompiledProgram("random-folders", in: folder.get()).path
  }

  /// A recording of random changes of names and contents.
  private struct Case {
    let folder: TemporaryFolder
    let recording: Recording

    init(seed: UInt64) throws {
      folder = try TemporaryFolder(prefix: "working", prefersMemory: true)
      let (watched, output) = (folder.path("w"), folder.path("o"))
      let program = try WorkingFolderTests.program.get()
      try Folders.create(watched)
      try Peer(program: program, package: "gcc").run([watched, "\(seed)", "base"])
      let recorder = try Recorder(
        Recorder.Options(
          watched: watched, output: output, libraryPath: BuiltProduct.preloadedLibrary())
      ) { _ in "{}\n" }
      let outcome = try recorder.run([program, watched, "\(seed)", "60"]) { false }
      try #require(outcome.problems.isEmpty, "\(outcome.problems)")
      let untouched = Set(
        try Folders.names(in: "\(output)/\(Recorder.untouchedName)").compactMap { Int($0) })
      recording = try Recording(
        JointLine.list(parsing: InputFile.text("\(output)/joint.txt")),
        base: FolderListing(parsing: InputFile.text("\(output)/\(Recorder.baseListingName)")),
        files: outcome.files.map { file in
          RecordingFile(
            recording: file.name, node: file.node,
            history: try DiskHistory(
              index: WriteLogIndex(
                reading: MappedFile.map("\(file.folder)/writes.log"), options: LogReadingOptions()),
              base: MappedFile.map("\(file.folder)/base.img"),
              initialByteCount: file.initialByteCount, hasMarkedLengths: true))
        }, untouched: { untouched.contains($0) }, persona: .posix)
    }

    func untouchedPath(_ node: Int) -> String {
      folder.path("o/\(Recorder.untouchedName)/\(node)")
    }

    /// In an order in which neighbours have little in common.
    func states(_ stream: inout RandomStream) -> [CrashState] {
      let space = StateSpace(recording, tiers: [], seed: 1)
      let tiers: [Tier] = [.prefix, .flushedOnly, .drop(1), .names, .random(2), .torn(512)]
      var states = StateEnumerator(space, tiers: tiers).map(\.state)
      for place in states.indices.dropFirst() {
        states.swapAt(place, stream.next(below: place + 1))
      }
      return Array(states.prefix(60))
    }
  }

  @Test func everyStateIsWhatIsWrittenAnew() throws {
    for seed: UInt64 in 1...6 {
      let found = try Case(seed: seed)
      let working = try WorkingFolder(
        found.recording, at: found.folder.path("working"), untouchedPath: found.untouchedPath)
      var stream = RandomStream(Seed(seed), .workload)
      for (place, state) in found.states(&stream).enumerated() {
        try working.become(state)
        let difference = try working.difference(from: state, writtenTo: found.folder.path("anew"))
        #expect(
          difference == nil,
          "seed \(seed), state \(place), \(found.recording.text(of: state)): \(difference ?? "")")
        try meddle(working.path, seed: seed * 1000 + UInt64(place), &stream)
      }
    }
  }

  /// What judges do to a folder, and what none should do.
  private func meddle(_ path: String, seed: UInt64, _ stream: inout RandomStream) throws {
    switch stream.next(below: 4) {
    case 0: break
    case 1:
      try Peer(program: Self.program.get(), package: "gcc").run([path, "\(seed)", "12"])
    case 2: try Peer(program: "python3", package: "python3").run(["-c", Self.mapped, path])
    default:
      try Peer(program: "sh", package: "dash").run([
        "-c",
        "cd '\(path)' && chmod -R a-w . ; chmod 700 . ; mkdir -p x/y && echo z > x/y/z; mv x y 2>/dev/null; true",
      ])
    }
  }

  /// Stores into every file through a mapping, behind which no write can be seen.
  private static let mapped = """
    import mmap, os, sys
    for folder, _, files in os.walk(sys.argv[1]):
        for name in files:
            path = os.path.join(folder, name)
            if os.path.islink(path) or os.path.getsize(path) == 0:
                continue
            with open(path, 'r+b') as file:
                mapping = mmap.mmap(file.fileno(), 0)
            mapping[len(mapping) // 2] ^= 0x55
            mapping.close()
    """

  /// What cannot be seen is found by holding a folder against its state.
  @Test func aFolderThatIsNotTheStateIsFound() throws {
    let found = try Case(seed: 1)
    let working = try WorkingFolder(
      found.recording, at: found.folder.path("working"), untouchedPath: found.untouchedPath)
    let last = CrashState(cut: found.recording.stepCount)
    try working.become(last)
    try OutputFile.write("more", to: "\(working.path)/more")
    let difference = try working.difference(from: last, writtenTo: found.folder.path("anew"))
    #expect(difference?.contains("'more' is in one of") == true, "\(difference ?? "")")
  }
}
