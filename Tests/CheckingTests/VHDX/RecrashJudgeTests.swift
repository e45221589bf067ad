import Bytes
import CrashStates
import Rules
import Testing
import VHDX

@testable import Checking
@testable import VHDXJudges

/// The tier `recrash`: what it must find, what it must pass, and that it finds all that recovering each
/// file on its own would find.
@Suite struct RecrashJudgeTests {
  private static let tiers: [Tier] = [.prefix, .drop(1), .recrash]

  @Test func theSpecificationsRecoveryCanBeCutAnywhere() throws {
    for var made in [try ImageStateCase.careful(), try ImageStateCase.rich()] {
      made.client = nil
      let judgement = try made.judgement(Self.tiers)
      let ofStates = judgement.violations.filter { $0.state != nil }
      #expect(ofStates == [])
      let recrash = try #require(judgement.tiers.last)
      #expect(recrash.tier == .recrash)
      #expect(recrash.stateCount > 200)
      #expect(recrash.totalStateCount == UInt64(recrash.stateCount))
      #expect(recrash.distinctStateCount > 20)
      #expect(recrash.distinctStateCount < recrash.stateCount)
      #expect(
        judgement.stateCount == judgement.tiers.reduce(0) { $0 + $1.stateCount })
    }
  }

  /// Flush, two headers, the block table, then without a flush the header with an empty log: at the cut
  /// after it the table may be lost.
  @Test func aLogThatIsClearedTooEarlyBreaksD08() throws {
    var made = ImageStateCase()
    try made.log.open()
    made.log.payload(block: 0)
    let logged = made.log.next + 1
    made.log.log(blockCount: 1)
    made.image = VHDXFormat(recovery: .only(.clearsBeforeStable))
    let violations = try made.judgement(Self.tiers).violations
    let found = try #require(violations.first { $0.rule == .d08 })
    #expect(found.state == (try CrashState(parsing: "cut:\(logged) then cut:7 lost:5")))
    #expect(found.title.contains("byte 3145728 differs, BAT entry 0"))
    #expect(
      found.evidence.contains { $0.hasPrefix("lost: change 5, [3145728, 3149824): BAT entr") })
    #expect(found.evidence.contains("the first recovery: replays entries 1 to 2"))
    #expect(found.evidence.contains("the second: the log is empty, nothing to replay"))
    // State 6, four MiB into the file.
    #expect(
      found.evidence.contains {
        $0.hasPrefix("at byte 3145728: 00 00 00 00") && $0.contains("been 06 00 40 00 00")
      })
    #expect(found.repeatCount > 0)
  }

  @Test func aloneTheTierLooksAtEveryPrefix() throws {
    var made = ImageStateCase()
    try made.log.open()
    made.log.allocate(block: 0)
    made.image = VHDXFormat(recovery: .only(.clearsBeforeStable))
    let judgement = try made.judgement([.recrash])
    #expect(judgement.tiers.map(\.tier) == [.prefix, .recrash])
    #expect(judgement.tiers[0].stateCount == made.log.next + 1)
    #expect(judgement.violations.contains { $0.rule == .d08 && $0.state?.recovery != nil })
  }

  /// The log's last entry goes over the log itself, first over the entry that its Tail names. A recovery
  /// that does not mind destroys what it would need when the power fails again.
  @Test func aLogThatIsOverwrittenBreaksS05AndD09() throws {
    var made = ImageStateCase()
    try made.log.open()
    let targets = [ImageTraceLog.log, ImageTraceLog.log + 4096]
    let cut = made.log.next + 1
    made.log.entry(targets.map { .data(ImageTraceLog.sector(0), fileByteOffset: $0) })
    made.log.flush()
    made.image = VHDXFormat(recovery: .only(.targetsUnchecked))
    let violations = try made.judgement(Self.tiers).violations
    for rule in [Rule.s05, .d09] {
      let found = try #require(violations.first { $0.rule == rule })
      #expect(found.state == (try CrashState(parsing: "cut:\(cut) then cut:6")), "\(rule)")
    }
    made.image = VHDXFormat(recovery: .exact)
    let rules = try made.judgement(Self.tiers).violations.map(\.rule)
    #expect(!rules.contains(.s05) && !rules.contains(.d09) && !rules.contains(.d08))
  }

  /// Our recovery keeps header numbers in reserve and leaves such an image alone, which nobody else has to.
  @Test func aStateThatMeetsALimitIsNotSaidToBeBroken() throws {
    let history = try ImageStateCase.rich().history
    let file = MemoryImage(
      RecrashFile.first(history, CrashState(cut: history.entryCount)))
    let whole = ByteRange(byteOffset: 0, byteCount: file.byteCount)
    let good = try ImageAlone(ByteRegion(file.read(whole)), format: VHDXFormat())
      .judgement(tiers: [.prefix], seed: 1)
    #expect(good.limit == nil)
    for byteOffset: UInt64 in [1 << 16, 2 << 16] {
      let number = ByteRegion(file.read(ByteRange(byteOffset: byteOffset + 8, byteCount: 8)))
        .load(at: 0, as: UInt64.self)
      file.write(ImageCase.littleEndian(UInt64.max - 100 + number), at: byteOffset + 8)
      ImageCase.seal(file, at: byteOffset, byteCount: 4096)
    }
    let judgement = try ImageAlone(ByteRegion(file.read(whole)), format: VHDXFormat())
      .judgement(tiers: [.prefix], seed: 1)
    #expect(judgement.violations.map(\.rule) == good.violations.map(\.rule))
    let limit = try #require(judgement.limit)
    #expect(limit.contains("1 distinct states") && limit.contains("header.sequenceNumber"))
  }

  /// What states share is judged once; here each is recovered on its own, as a file.
  @Test(arguments: [
    RecoveryProfile.exact, .qemu7222, .only(.clearsBeforeStable), .only(.growthCutsOff),
    .only(.noGrowthAtMebibyte),
  ])
  func whatIsSharedIsWhatEachFileShows(profile: RecoveryProfile) throws {
    let history = try ImageStateCase.rich().history
    let last = history.entryCount
    var found = 0
    for state in [CrashState(cut: last), CrashState(cut: last, lost: [last - 3])] {
      let image = StateImage(history, state)
      let overlay = OverlayImage(image)
      let outcome = Recovery(profile: profile).run(on: overlay)
      let recovered = OpenedState(outcome, overlay.changes)
      let judge = RecrashJudge(profile, seed: 3)
      let judged = judge.judge(image, recovered).violations.filter {
        $0.rule == .d08 || $0.rule == .d09
      }
      let slow = Self.broken(history, state, profile, overlay.changes)
      // A state that is the same file as one before it is judged as that one.
      let digests = try #require(RecrashDigests(image, overlay.changes))
      let first = try judged.map { violation in
        digests.digest(of: try #require(violation.state?.recovery))
      }
      let expected = slow.map { digests.digest(of: $0) }
      #expect(Set(first) == Set(expected))
      found += first.count
    }
    #expect((found > 0) == (profile.bugs.contains(.clearsBeforeStable)), "\(found)")
  }

  /// The cuts after which recovery does not leave what it would have left.
  private static func broken(
    _ history: DiskHistory, _ state: CrashState, _ profile: RecoveryProfile,
    _ changes: [ImageChange]
  ) -> [RecoveryCut] {
    let first = RecrashFile.first(history, state)
    let wanted = MemoryImage(first)
    _ = Recovery(profile: profile).run(on: wanted)
    let behindHeaders: (MemoryImage) -> Digest128 = { file in
      var contents = file.contents
      contents.zero(ByteRange(byteOffset: 0, byteCount: 1 << 20))
      return contents.stateDigest
    }
    let wantedDigest = behindHeaders(wanted)
    return RecoveryCuts(RecoverySteps(changes), seed: 3, maximumCount: 10000).filter { cut in
      let file = MemoryImage(RecrashFile(first, cut, of: changes).contents)
      return !Recovery(profile: profile).run(on: file).opens || behindHeaders(file) != wantedDigest
    }
  }

  /// Headers, length and log decide what a second recovery does; here nothing is shared.
  @Test(arguments: [
    RecoveryProfile.exact, .qemu7222, .only(.clearsBeforeStable), .only(.targetsUnchecked),
  ])
  func aSecondRecoveryDoesWhatItDoesToTheFile(profile: RecoveryProfile) throws {
    var made = try ImageStateCase.rich()
    if profile.bugs.contains(.targetsUnchecked) {
      made.log.entry([.data(ImageTraceLog.sector(0), fileByteOffset: ImageTraceLog.log)])
      made.log.flush()
    }
    let history = try made.history
    let state = CrashState(cut: history.entryCount)
    let image = StateImage(history, state)
    let overlay = OverlayImage(image)
    _ = Recovery(profile: profile).run(on: overlay)
    let changes = overlay.changes
    let first = RecrashFile.first(history, state)
    let recovery = RecrashRecovery(profile, image, changes)
    var newCount = 0
    let cuts = Array(RecoveryCuts(RecoverySteps(changes), seed: 3, maximumCount: 10000))
    for cut in cuts {
      let file = RecrashFile(first, cut, of: changes).contents
      let alone = OverlayImage(MemoryImage(file))
      let outcome = Recovery(profile: profile).run(on: alone)
      let (shared, isNew) = recovery.outcome(of: cut, byteCount: file.byteCount) {
        OverlayImage(image, cut.kept(of: changes))
      }
      #expect(shared.outcome == outcome, "\(cut)")
      #expect(shared.changes == alone.changes, "\(cut)")
      #expect(shared.byteCount == alone.byteCount, "\(cut)")
      if isNew { newCount += 1 }
    }
    #expect(newCount < cuts.count / 4 || profile.bugs.contains(.targetsUnchecked))
  }

  /// A recovery made up by hand: the log is cleared, stable, before anything is replayed.
  @Test func aLogThatIsClearedFirstBreaksD08() throws {
    var made = ImageStateCase()
    try made.log.open()
    made.log.payload(block: 0)
    made.log.log(blockCount: 1)
    let history = try made.history
    let image = StateImage(history, CrashState(cut: history.entryCount))
    let overlay = OverlayImage(image)
    let outcome = Recovery().run(on: overlay)
    // Flush, two headers, the table and a flush, two headers.
    let changes = overlay.changes
    try #require(changes.count == 11)
    let recovered = OpenedState(outcome, Array(changes[..<5] + changes[7...] + changes[5..<7]))
    let found = RecrashJudge(.exact, seed: 1).judge(image, recovered).violations
    #expect(Set(found.map(\.rule)) == [.d08])
    // Behind the first cleared header, and after the second; a flush changes no file, and the table is
    // right as soon as its first 512 bytes are there.
    #expect(found.map { $0.state?.recovery } == [RecoveryCut(cut: 6), RecoveryCut(cut: 8)])
  }

  @Test func aLongRecoveryIsJudgedInPart() throws {
    let history = try ImageStateCase.rich().history
    let image = StateImage(history, CrashState(cut: history.entryCount))
    let overlay = OverlayImage(image)
    let outcome = Recovery().run(on: overlay)
    let judge = RecrashJudge(.exact, seed: 3, maximumStateCount: 40)
    let recovered = OpenedState(outcome, overlay.changes)
    let findings = judge.judge(image, recovered)
    #expect(findings.violations.isEmpty)
    #expect(findings.goneCount < 60)
    #expect(findings.totalCount > 200)
    #expect(findings.digests.count <= findings.goneCount)
    var count = RecrashCount()
    count.add(findings)
    count.add(findings)
    #expect(count.distinct == Set(findings.digests).count)
    #expect(count.judged == 2 * findings.digests.count)
  }
}
