import CrashStates
import Testing

/// Which joint states there are, by hand.
@Suite struct JointStatesTests {
  @Test func eachTierHasItsStates() throws {
    // Behind the creation and both entries of config.tmp: one change of names and two entries.
    let history = try JointCase.replaced.history()
    #expect(
      history.states(atCut: 5, [.prefix, .flushedOnly, .drop(1), .keep(1)]) == [
        "prefix cut:5",
        "flushed-only cut:5 lost:config.tmp:0,1 names:0",
        "drop:1 cut:5 lost:config.tmp:0", "drop:1 cut:5 lost:config.tmp:1",
        "drop:1 cut:5 names:0",
        "keep:1 cut:5 lost:config.tmp:1 names:0", "keep:1 cut:5 lost:config.tmp:0 names:0",
        "keep:1 cut:5 lost:config.tmp:0,1",
      ])
    #expect(
      history.states(atCut: 5, [.names]) == [
        "names cut:5 names:0", "names cut:5 lost:config.tmp:0,1 names:0",
        "names cut:5 lost:config.tmp:0,1",
      ])
    // All is durable.
    #expect(
      history.states(atCut: 8, [.prefix, .flushedOnly, .drop(1), .names]) == ["prefix cut:8"])
    #expect(history.states(atCut: 5, [.all]).count == 8)
    #expect(Set(history.states(atCut: 5, [.random(100)])).count == 8)
  }

  @Test func changesOfNamesAreKeptInTheirOrder() throws {
    let history = try JointCase(lines: "create a\ncreate b\ncreate c\n", files: []).history()
    #expect(
      history.states(atCut: 3, [.drop(1)])
        == ["drop:1 cut:3 names:0", "drop:1 cut:3 names:1", "drop:1 cut:3 names:2"])
    #expect(
      history.states(atCut: 3, [.keep(1)])
        == ["keep:1 cut:3 names:1", "keep:1 cut:3 names:2", "keep:1 cut:3"])
    #expect(
      history.states(atCut: 3, [.names])
        == ["names cut:3 names:0", "names cut:3 names:1", "names cut:3 names:2"])
    #expect(Set(history.states(atCut: 3, [.all])).count == 4)
  }

  @Test func everyStateCanBeAndIsReadBack() throws {
    let history = try JointCase.replaced.history()
    let space = JointStateSpace(history, seed: 3)
    let tiers: [Tier] = [.prefix, .flushedOnly, .drop(2), .keep(2), .names, .random(20)]
    var count: UInt64 = 0
    for (_, state) in JointStateEnumerator(space, tiers: tiers) {
      try history.check(state)
      #expect(try JointState(parsing: "\(state)") == state)
      count += 1
    }
    #expect(count <= space.counts(of: tiers).reduce(0, +))
  }

  @Test func foldersAreEqualWhereTheirDigestsAre() throws {
    let history = try JointCase.replaced.history()
    var listings: [String: String] = [:]
    for (_, state) in JointStateEnumerator(JointStateSpace(history, seed: 1), tiers: [.all]) {
      let digest = "\(history.digest(of: state))"
      let listing = try history.listing("\(state)")
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
    let history = try JointCase(
      lines: "entry g 0\nentry g 1\nentry f 0\n",
      files: [
        JointCase.File(recording: "f", path: "f", log: log),
        JointCase.File(recording: "g", path: "g", log: JointCase.writtenAndSynced("g")),
      ]
    ).history()
    #expect(
      history.states(atCut: 3, [.torn(512)]) == [
        "torn:512 cut:3 torn:f:0:512:prefix:1", "torn:512 cut:3 torn:f:0:512:suffix:1",
      ])
    #expect(try history.listing("cut:3 torn:f:0:512:prefix:1") == "f=one g=g")
    #expect(throws: CrashStateError.self) { try history.listing("cut:3 torn:g:0:512:prefix:1") }
    #expect(throws: CrashStateError.self) { try history.listing("cut:3 torn:h:0:512:prefix:1") }
    let digests = try ["cut:3", "cut:3 torn:f:0:512:prefix:1", "cut:3 torn:f:0:512:suffix:1"].map {
      history.digest(of: try JointState(parsing: $0))
    }
    #expect(Set(digests).count == 3)
  }

  @Test func whatHasNoNameIsNotLost() throws {
    var log = TestLog()
    log.write(at: 0, Array(JointCase.sector("f").utf8))
    let history = try JointCase(
      lines: "entry f 0\nunlink f\nsync-folder .\n",
      files: [JointCase.File(recording: "f", path: "f", log: log)]
    ).history()
    #expect(history.states(atCut: 2, [.drop(1)]).count == 2)
    #expect(history.states(atCut: 3, [.drop(1)]).isEmpty)
  }

  @Test func aSampleIsAShareOfTheStates() throws {
    let lines = (0..<200).map { "create f\($0)\n" }.joined()
    let space = JointStateSpace(try JointCase(lines: lines, files: []).history(), seed: 7)
    let counts = space.counts(of: [.prefix, .drop(1)])
    #expect(counts == [201, 200 * 201 / 2])
    let sample = StateSample(stateCounts: counts, maximumStateCount: 1000)
    let states = Array(JointStateEnumerator(space, tiers: [.prefix, .drop(1)], sample: sample))
    #expect((800...1200).contains(states.count), "\(states.count)")
    #expect(
      states.map(\.state)
        == JointStateEnumerator(space, tiers: [.prefix, .drop(1)], sample: sample).map(\.state))
  }

  @Test(arguments: [Tier.inFlight, .fuaOnly, .recrash])
  func theTiersOfOneLogAreRefused(tier: Tier) throws {
    let space = JointStateSpace(try JointCase.replaced.history(), seed: 1)
    #expect(throws: CrashStateError.self) { try space.check([.prefix, tier]) }
    try space.check(
      [.prefix, .flushedOnly, .drop(2), .keep(1), .torn(512), .names, .random(3), .all])
  }

  @Test(arguments: [
    ("cut:25 lost:db:7,8 names:3", "cut:25 lost:db:7,8 names:3"),
    ("cut:1 names:0 lost:a%3A%20b:9,2", "cut:1 lost:a%3A%20b:2,9 names:0"),
    ("cut:9 torn:a%3Ab:7:512:hole:1-3 lost:b:1", "cut:9 lost:b:1 torn:a%3Ab:7:512:hole:1-3"),
  ])
  func aStateIsATextThatIsReadBack(text: String, normal: String) throws {
    #expect(try JointState(parsing: text).description == normal)
  }

  @Test(arguments: [
    "", "cut", "cut:-1", "cut:1 lost:7", "cut:1 lost:db:", "cut:1 lost:db:1,1", "cut:1 names:",
    "cut:1 names:1 names:2", "cut:1 lost:db:1 lost:db:2", "cut:1 torn:db:3", "lost:db:1",
    "cut:1 torn:db:1:512:prefix:1 torn:db:2:512:prefix:1", "cut:1 torn:db:1:100:prefix:1",

  ])
  func anotherTextIsRefused(text: String) {
    #expect(throws: CrashStateError.self) { try JointState(parsing: text) }
  }
}
