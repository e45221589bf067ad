import CrashStates
import Testing

/// Which joint states there are, by hand.
@Suite struct JointStatesTests {
  @Test func eachTierHasItsStates() throws {
    // Behind the creation and both entries of config.tmp: one change of names and two entries.
    let recording = try JointCase.replaced.recording()
    #expect(
      recording.states(atCut: 5, [.prefix, .flushedOnly, .drop(1), .keep(1)]) == [
        "prefix cut:5",
        "flushed-only cut:5 lost:config.tmp:0,1 names:0",
        "drop:1 cut:5 lost:config.tmp:0", "drop:1 cut:5 lost:config.tmp:1",
        "drop:1 cut:5 names:0",
        "keep:1 cut:5 lost:config.tmp:1 names:0", "keep:1 cut:5 lost:config.tmp:0 names:0",
        "keep:1 cut:5 lost:config.tmp:0,1",
      ])
    #expect(
      recording.states(atCut: 5, [.names]) == [
        "names cut:5 names:0", "names cut:5 lost:config.tmp:0,1 names:0",
        "names cut:5 lost:config.tmp:0,1",
      ])
    // All is durable.
    #expect(
      recording.states(atCut: 8, [.prefix, .flushedOnly, .drop(1), .names]) == ["prefix cut:8"])
    #expect(recording.states(atCut: 5, [.all]).count == 8)
    #expect(Set(recording.states(atCut: 5, [.random(100)])).count == 8)
  }

  @Test func changesOfNamesAreKeptInTheirOrder() throws {
    let recording = try JointCase(
      lines: "create 1 644 a\ncreate 2 644 b\ncreate 3 644 c\n"
    ).recording()
    #expect(
      recording.states(atCut: 3, [.drop(1)])
        == ["drop:1 cut:3 names:0", "drop:1 cut:3 names:1", "drop:1 cut:3 names:2"])
    #expect(
      recording.states(atCut: 3, [.keep(1)])
        == ["keep:1 cut:3 names:1", "keep:1 cut:3 names:2", "keep:1 cut:3"])
    #expect(
      recording.states(atCut: 3, [.names])
        == ["names cut:3 names:0", "names cut:3 names:1", "names cut:3 names:2"])
    #expect(Set(recording.states(atCut: 3, [.all])).count == 4)
  }

  @Test func everyStateCanBeAndIsReadBack() throws {
    let recording = try JointCase.replaced.recording()
    let space = StateSpace(recording, tiers: [], seed: 3)
    let tiers: [Tier] = [.prefix, .flushedOnly, .drop(2), .keep(2), .names, .random(20)]
    var count: UInt64 = 0
    for (_, state) in StateEnumerator(space, tiers: tiers) {
      #expect(try recording.state(parsing: recording.text(of: state)) == state)
      count += 1
    }
    #expect(count <= space.counts(of: tiers).reduce(0, +))
  }

  @Test func foldersAreEqualWhereTheirDigestsAre() throws {
    let recording = try JointCase.replaced.recording()
    var listings: [String: String] = [:]
    for (_, state) in StateEnumerator(StateSpace(recording, tiers: [.all], seed: 1), tiers: [.all])
    {
      let digest = "\(recording.digest(of: state))"
      let listing = try recording.listing(recording.text(of: state))
      #expect(listings[digest, default: listing] == listing)
      listings[digest] = listing
    }
    #expect(Set(listings.values).count == listings.count)
    #expect(listings.count == 6, "\(listings.values.sorted())")
  }

  /// One optional write of two sectors, beside a file that is durable.
  @Test func aWriteOfAnyFileIsTorn() throws {
    var log = TestLog()
    log.write(at: 0, Array((JointCase.sector("one") + JointCase.sector("two")).utf8))
    let recording = try JointCase(
      base: "file 1 644 0 f\nfile 2 644 0 g\n", lines: "entry g 0\nentry g 1\nentry f 0\n",
      files: [
        JointCase.File(recording: "f", node: 1, log: log),
        JointCase.File(recording: "g", node: 2, log: JointCase.writtenAndSynced("g")),
      ]
    ).recording()
    #expect(
      recording.states(atCut: 3, [.torn(512)]) == [
        "torn:512 cut:3 torn:f:0:512:prefix:1", "torn:512 cut:3 torn:f:0:512:suffix:1",
      ])
    #expect(try recording.listing("cut:3 torn:f:0:512:prefix:1") == "f=one g=g")
    #expect(throws: CrashStateError.self) { try recording.listing("cut:3 torn:g:0:512:prefix:1") }
    #expect(throws: CrashStateError.self) { try recording.listing("cut:3 torn:h:0:512:prefix:1") }
    let digests = try ["cut:3", "cut:3 torn:f:0:512:prefix:1", "cut:3 torn:f:0:512:suffix:1"].map {
      recording.digest(of: try recording.state(parsing: $0))
    }
    #expect(Set(digests).count == 3)
  }

  /// Two optional writes of f and one of g and of h; those of d are durable.
  @Test func filesAreWrittenBackOneApartFromTheOthers() throws {
    func log(_ writeCount: Int) -> TestLog {
      var log = TestLog()
      for _ in 0..<writeCount { log.write(at: 0, Array(JointCase.sector("x").utf8)) }
      return log
    }
    let files = [
      JointCase.File(recording: "f", node: 1, log: log(2)),
      JointCase.File(recording: "g", node: 2, log: log(1)),
      JointCase.File(recording: "d", node: 3, log: JointCase.writtenAndSynced("d")),
      JointCase.File(recording: "h", node: 4, log: log(1)),
    ]
    let recording = try JointCase(
      base: "file 1 644 0 f\nfile 2 644 0 g\nfile 3 644 0 d\nfile 4 644 0 h\n",
      lines: "entry f 0\nentry d 0\nentry d 1\nentry g 0\nentry f 1\nentry h 0\n", files: files
    ).recording()
    #expect(recording.states(atCut: 3, [.files]).isEmpty)
    #expect(
      recording.states(atCut: 5, [.files]) == [
        "files cut:5 lost:f:0,1", "files cut:5 lost:g:0",
      ])
    #expect(
      recording.states(atCut: 6, [.files]) == [
        "files cut:6 lost:f:0,1", "files cut:6 lost:g:0", "files cut:6 lost:h:0",
        "files cut:6 lost:g:0 lost:h:0", "files cut:6 lost:f:0,1 lost:h:0",
        "files cut:6 lost:f:0,1 lost:g:0",
      ])
  }

  @Test func whatHasNoNameIsNotLost() throws {
    var log = TestLog()
    log.write(at: 0, Array(JointCase.sector("f").utf8))
    let recording = try JointCase(
      base: "file 1 644 0 f\n", lines: "entry f 0\nunlink f\nsync-folder .\n",
      files: [JointCase.File(recording: "f", node: 1, log: log)]
    ).recording()
    #expect(recording.states(atCut: 2, [.drop(1)]).count == 2)
    #expect(recording.states(atCut: 3, [.drop(1)]).isEmpty)
  }

  @Test func aSampleIsAShareOfTheStates() throws {
    let lines = (0..<200).map { "create \($0 + 1) 644 f\($0)\n" }.joined()
    let space = StateSpace(try JointCase(lines: lines).recording(), tiers: [], seed: 7)
    let counts = space.counts(of: [.prefix, .drop(1)])
    #expect(counts == [201, 200 * 201 / 2])
    let sample = StateSample(stateCounts: counts, maximumStateCount: 1000)
    let states = Array(StateEnumerator(space, tiers: [.prefix, .drop(1)], sample: sample))
    #expect((800...1200).contains(states.count), "\(states.count)")
    #expect(
      states.map(\.state)
        == StateEnumerator(space, tiers: [.prefix, .drop(1)], sample: sample).map(\.state))
  }

  @Test(arguments: [Tier.fuaOnly, .recrash])
  func theTiersOfOneLogAreRefused(tier: Tier) throws {
    let space = StateSpace(try JointCase.replaced.recording(), tiers: [], seed: 1)
    #expect(space.refusal(of: [.prefix, tier])?.found == "'\(tier)'")
    #expect(
      space.refusal(
        of: [.prefix, .flushedOnly, .drop(2), .keep(1), .torn(512), .names, .random(3), .all])
        == nil)
  }

  /// Two recordings of ten optional writes each, and four changes of names.
  private static func twoFiles() throws -> Recording {
    var log = TestLog()
    for _ in 0..<10 {
      log.write(at: 0, Array((JointCase.sector("1") + JointCase.sector("2")).utf8))
    }
    let entries = (0..<10).map { "entry db \($0)\nentry a:%20b \($0)\n" }.joined()
    return try JointCase(
      base: "file 1 644 0 db\nfile 2 644 0 a:%20b\n",
      lines: "create 3 644 c\ncreate 4 644 d\n" + entries + "create 5 644 e\ncreate 6 644 f\n",
      files: [
        JointCase.File(recording: "db", node: 1, log: log),
        JointCase.File(recording: "a: b", node: 2, log: log),
      ]
    ).recording()
  }

  @Test(arguments: [
    ("cut:24 lost:db:7,8 names:3", "cut:24 lost:db:7,8 names:3"),
    ("cut:24 names:0 lost:a%3A%20b:9,2", "cut:24 lost:a%3A%20b:2,9 names:0"),
    (
      "cut:24 torn:a%3A%20b:7:512:prefix:1 lost:db:1",
      "cut:24 lost:db:1 torn:a%3A%20b:7:512:prefix:1"
    ),
    // All four persisted, which is what is so where nothing is said.
    ("cut:24 names:4", "cut:24"),
  ])
  func aStateIsATextThatIsReadBack(text: String, normal: String) throws {
    let recording = try Self.twoFiles()
    let state = try recording.state(parsing: text)
    #expect(recording.text(of: state) == normal)
    #expect(try recording.state(parsing: normal) == state)
  }

  @Test(arguments: [
    "", "cut", "cut:-1", "cut:1 lost:7", "cut:9 lost:db:", "cut:9 lost:db:1,1", "cut:9 names:",
    "cut:9 names:1 names:2", "cut:9 lost:db:1 lost:db:2", "cut:9 torn:db:3", "lost:db:1",
    "cut:9 torn:db:1:512:prefix:1 torn:db:2:512:prefix:1", "cut:9 torn:db:1:100:prefix:1",
    // Of the right form, and of what never happened.
    "cut:25", "cut:9 lost:db:4", "cut:9 lost:db:99", "cut:9 lost:other:1", "cut:9 names:3",
    "cut:9 torn:db:1:512:prefix:2", "cut:9 lost:db:1 torn:db:1:512:prefix:1",
  ])
  func anotherTextIsRefused(text: String) throws {
    let recording = try Self.twoFiles()
    #expect(throws: CrashStateError.self) { try recording.state(parsing: text) }
  }

  /// A disk is a recording of one file: with a name that nothing happens to it has the same states.
  @Test(arguments: [
    Tier.prefix, .flushedOnly, .drop(2), .keep(2), .torn(512), .torn(nil), .random(5), .all, .names,
    .files,
  ])
  func aFileAloneHasTheStatesOfADisk(tier: Tier) throws {
    var log = TestLog()
    let content = Array((JointCase.sector("1") + JointCase.sector("2")).utf8)
    for place in 0..<3 { log.write(at: place * 512, content) }
    log.flush()
    log.write(at: 0, content)
    log.size(3000)
    log.write(at: 1024, content)
    let lines = try (0..<log.index.entryCount).map { "entry d \($0)\n" }.joined()
    let files = try JointCase(
      base: "file 1 644 0 d\n", lines: lines,
      files: [JointCase.File(recording: "d", node: 1, log: log)]
    ).recording()
    let disk = Recording(files.files[0].history)
    let space = StateSpace(
      files.files[0].history, tiers: [tier], origin: .unknown, seed: 4)
    let ofFile = StateEnumerator(StateSpace(files, tiers: [tier], seed: 4), tiers: [tier]).map(
      \.state)
    let ofDisk = StateEnumerator(space, tiers: [tier]).map(\.state)
    #expect(ofFile == ofDisk)
    #expect(
      StateSpace(files, tiers: [tier], seed: 4).counts(of: [tier]) == space.counts(of: [tier]))
    #expect(ofDisk.isEmpty == [.names, .files].contains(tier))
    for state in ofFile {
      let text = files.text(of: state)
      #expect(
        text.replacing("lost:d:", with: "lost:").replacing("torn:d:", with: "torn:")
          == disk.text(of: state))
      #expect(files.state(ofFile: 0, in: state) == state)
    }
  }
}
