import Bytes
import Glibc
import Host
import TestSupport
import Testing
import WriteLog

@testable import Recorder

/// What is done to a disk as a recording. What is expected is written down by hand.
@Suite struct DiskRecordingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var image: String { folder.path("disk.img") }
  private var output: String { folder.path("out") }

  /// A recording of a disk of 8,192 bytes of 0xaa.
  private func recording() throws -> DiskRecording {
    try OutputFile.write([UInt8](repeating: 0xaa, count: 8192), to: image)
    return try DiskRecording(of: image, output: output) { "\($0.isComplete)" }
  }

  private func entries() throws -> [String] {
    let index = try WriteLogIndex(
      reading: MappedFile.map("\(output)/writes.log"), options: LogReadingOptions(tail: .proven))
    #expect(index.problems.isEmpty)
    return (0..<index.entryCount).map { place in
      let entry = index[place]
      let range = "\(entry.deviceRange.byteOffset) \(entry.deviceRange.byteCount)"
      let fua = entry.flags.contains(.fua) ? " fua" : ""
      let times = entry.extension.map {
        " @\($0.submissionIndex)-\($0.completionIndex) task \($0.task ?? 99)"
      }
      return "\(entry.kind) \(range)\(fua)\(times ?? "")"
    }
  }

  private static let sector = [UInt8](repeating: 1, count: 512)

  @Test func eachOperationIsAnEntryOfItsOwn() throws {
    let recording = try recording()
    try recording.write(
      Self.sector, at: 512, isDurable: false, submitted: recording.takeNumber(), task: 3)
    try recording.write(
      Self.sector, at: 1024, isDurable: true, submitted: recording.takeNumber(), task: 4)
    try recording.zero(
      ByteRange(byteOffset: 4096, byteCount: 1024), isDiscard: false, keepsSpace: true,
      isDurable: false, submitted: recording.takeNumber(), task: 3)
    try recording.zero(
      ByteRange(byteOffset: 0, byteCount: 512), isDiscard: true, keepsSpace: false,
      isDurable: true, submitted: recording.takeNumber(), task: 3)
    try recording.flush(task: 5)
    let summary = try recording.finish()
    #expect(
      try entries() == [
        "write 512 512 @1-2 task 3", "write 1024 512 fua @3-4 task 4",
        "write 4096 1024 @5-6 task 3", "discard 0 512 fua @7-8 task 3",
        "flush 0 0 @9-10 task 5",
      ])
    #expect(summary.entryCount == 5)
    #expect(summary.writeCount == 3)
    #expect(summary.flushCount == 1)
    var bytes = [UInt8](repeating: 0xaa, count: 8192)
    bytes.replaceSubrange(512..<1536, with: Self.sector + Self.sector)
    for place in Array(4096..<5120) + Array(0..<512) { bytes[place] = 0 }
    #expect(try InputFile.bytes(image) == bytes)
    #expect(try InputFile.bytes("\(output)/live.img") == bytes)
    #expect(
      try InputFile.bytes("\(output)/base.img") == [UInt8](repeating: 0xaa, count: 8192))
    #expect(try InputFile.text("\(output)/manifest.json") == "true")
  }

  /// What was handed over before the recorder is killed can be read, and is known not to be all.
  @Test func whatIsSettledCanBeReadWithoutAnEnd() throws {
    let recording = try recording()
    try recording.write(
      Self.sector, at: 0, isDurable: false, submitted: recording.takeNumber(), task: 0)
    #expect(try entries() == [])
    try recording.settle()
    #expect(try entries() == ["write 0 512 @1-2 task 0"])
    #expect(try InputFile.text("\(output)/manifest.json") == "false")
    #expect(!Folders.exists("\(output)/live.img"))
  }

  /// Whichever of two threads comes last, in the log it stands last too.
  @Test func overlappingWritesStandInTheOrderOfTheDisk() throws {
    let recording = try recording()
    try WorkerPool(jobCount: 4).run(
      indexCount: 400,
      work: { index in
        do {
          let bytes = [UInt8](repeating: UInt8(index % 250), count: 4096)
          let (place, number) = (UInt64(index % 3) * 2048, recording.takeNumber())
          let isDone =
            try index % 2 == 0
            && recording.writeAtOnce(bytes, at: place, submitted: number, task: 0)
          if !isDone {
            try recording.write(
              bytes, at: place, isDurable: index % 32 == 1, submitted: number, task: 0)
          }
          if index % 16 == 0 { try recording.flush(task: 1) }
          return true
        } catch {
          return false
        }
      },
      consume: { _, isGood in
        #expect(isGood)
        return true
      })
    _ = try recording.finish()
    var bytes = [UInt8](repeating: 0xaa, count: 8192)
    let index = try WriteLogIndex(
      reading: MappedFile.map("\(output)/writes.log"), options: LogReadingOptions())
    let log = try InputFile.bytes("\(output)/writes.log")
    #expect(index.entryCount == 425)
    var lastFlush: UInt64 = 0
    var lastCompletion: UInt64 = 0
    for place in 0..<index.entryCount {
      let entry = index[place]
      let times = try #require(entry.extension)
      if entry.kind == .flush {
        // What it makes durable had completed when it was begun.
        #expect(lastCompletion < times.submissionIndex)
        lastCompletion = 0
        lastFlush = max(lastFlush, times.submissionIndex)
        continue
      }
      // A reader that knows no indices takes what stands after a flush for not covered.
      #expect(times.completionIndex > lastFlush)
      lastCompletion = max(lastCompletion, times.completionIndex)
      let start = Int(entry.payloadRange.lowerBound)
      bytes.replaceSubrange(
        Int(entry.deviceRange.byteOffset)..<Int(entry.deviceRange.endByteOffset),
        with: log[start..<start + 4096])
    }
    #expect(bytes == (try InputFile.bytes(image)))
  }

  /// What has its place in the log waits for no flush any more, however much it was.
  @Test func whatIsInTheLogIsNotHeld() throws {
    let image = image
    try OutputFile.write([UInt8](repeating: 0, count: 65536), to: image)
    let recording = try DiskRecording(of: image, output: output) { _ in "" }
    let bytes = [UInt8](repeating: 1, count: 65536)
    for index in 0..<1040 {
      let isDone = try recording.writeAtOnce(
        bytes, at: 0, submitted: recording.takeNumber(), task: 0)
      try #require(isDone, "write \(index) of 64 KiB")
    }
    #expect(try recording.finish().writeCount == 1040)
  }

  /// The system lets no file grow, or be written, past that many bytes.
  private static func limitFiles(toByteCount byteCount: rlim_t = 4096) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: byteCount, rlim_max: byteCount)
    precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
  }

  @Test func aWriteThatFailedKeepsNobodyWaiting() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let test = try DiskRecordingTests()
      let recording = try test.recording()
      Self.limitFiles()
      for _ in 0..<2 {
        #expect(throws: HostError.self) {
          try recording.writeAtOnce(
            Self.sector, at: 4096, submitted: recording.takeNumber(), task: 0)
        }
      }
      let isDone = try recording.writeAtOnce(
        Self.sector, at: 0, submitted: recording.takeNumber(), task: 0)
      #expect(isDone)
      exit(7)
    }
  }

  /// Nobody wakes who waits for the same range but the one whose write fails, once half of it is done.
  @Test func whoWaitsForAWriteThatFailsGoesOn() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let test = try DiskRecordingTests()
      try OutputFile.write([UInt8](repeating: 0, count: 2 << 20), to: test.image)
      let recording = try DiskRecording(of: test.image, output: test.output) { _ in "" }
      Self.limitFiles(toByteCount: 1 << 20)
      alarm(10)
      let bytes = [UInt8](repeating: 1, count: 1 << 20)
      try WorkerPool(jobCount: 4).run(
        indexCount: 200,
        work: { _ in
          do {
            try recording.write(
              bytes, at: 1 << 19, isDurable: false, submitted: recording.takeNumber(), task: 0)
            return false
          } catch {
            return error is HostError
          }
        },
        consume: { _, isRefused in
          #expect(isRefused)
          return true
        })
      exit(7)
    }
  }

  /// It would be missing in the log.
  @Test func nothingIsDoneOnceTheLogHasFailed() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let test = try DiskRecordingTests()
      let recording = try test.recording()
      Self.limitFiles()
      #expect(throws: RecorderError.self) {
        for _ in 0..<10 {
          try recording.write(
            Self.sector, at: 0, isDurable: true, submitted: recording.takeNumber(), task: 0)
        }
      }
      #expect(throws: RecorderError.self) {
        try recording.write(
          Self.sector, at: 512, isDurable: false, submitted: recording.takeNumber(), task: 0)
      }
      let bytes = try InputFile.bytes(test.image)
      if bytes[512] == 0xaa { exit(7) }
    }
  }

  @Test func whatIsNoDiskIsRefused() throws {
    try OutputFile.write([UInt8](repeating: 0, count: 700), to: image)
    for (path, words) in [(image, "truncate --size=%512"), (folder.path("none"), "No such file")] {
      let error = #expect(throws: (any Error).self) {
        try DiskRecording(of: path, output: output) { _ in "" }
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains(words))
    }
  }

  @Test func anOutputThatIsInUseIsRefused() throws {
    try Folders.create(output)
    try OutputFile.write("x", to: "\(output)/x")
    #expect(throws: RecorderError.self) { try recording() }
  }

  @Test func twoServersOfOneDiskAreOneTooMany() throws {
    let first = try recording()
    #expect(throws: HostError.self) {
      try DiskRecording(of: image, output: folder.path("other")) { _ in "" }
    }
    #expect(first.byteCount == 8192)
  }
}
