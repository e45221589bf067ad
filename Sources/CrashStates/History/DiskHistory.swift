import Bytes
import WriteLog

/// The index of a log prepared for looking at the disk at any cut, and at any crash state.
///
/// **The crash model.** At a cut after n entries the *durable* ones are all before the last FLUSH
/// among those n (a FLUSH with data, as kernels write it, covers what is before it and not its own
/// data), and every FUA entry. All other writes, discards and size changes since that FLUSH are
/// *optional*: each may have persisted or not, and one of them may be torn: of a write, some atomic
/// units persisted (``Tear``). Of those present, the last in log order wins in every sector; two that
/// were in flight together may win in either order, and one that was in flight when a flush or a FUA
/// write completed may have persisted before it (``InFlightOrder``).
///
/// **Calls.** Entries with the same submission and completion were made by one call of a program. A
/// tier has no state at a cut between two of them: that a part of the call is there and the rest is not
/// is a loss. The length that a FUA write brings is as durable as its data.
///
/// **The disk.** A write beyond the end makes the disk longer, up to its last sector; where a size mark
/// with the write's own timing stands right in front of it, up to the byte that this says. A discarded range reads as zeroes,
/// which is one of the things a real disk may answer, and does not change the length. A size mark
/// (`pc1 size N`) ends the disk at byte N; what was beyond it is gone, and comes back only where
/// that very change is lost. All other marks are no state.
///
/// Made in one pass over the payload, or without looking at any of it where one state alone is wanted. Memory: 37 bytes an entry with the index, 4 bytes for each block
/// of 64 KiB that an entry touches, 8 for each block that any entry touches, and up to 32 MiB of hashes
/// with 4 bytes an entry (``KeptContributions``); payload stays in the log.
package final class DiskHistory: Sendable {
  package let index: WriteLogIndex
  let blockHistory: BlockHistory
  let lengths: LengthHistory
  let hasher: UnitHasher
  let kept: KeptContributions
  /// At every cut; `nil` where nobody needs them.
  private let sums: [StateSum]?

  /// - Parameters:
  ///   - base: what the disk held before the first entry; `nil` for zeroes. Bytes beyond its end
  ///     are zeroes too.
  ///   - initialByteCount: the length of the disk before the first entry. `nil`: that of the base;
  ///     without a base, the highest end of a write or discard of the log.
  ///   - hasMarkedLengths: whether only size marks change the length, as in the log of a recorded file; otherwise
  ///     a write that reaches beyond the end does, too.
  ///   - ignoredFlushes: entries whose FLUSH makes nothing durable.
  ///   - isDigested: whether the digests of all cuts are made at once, in one pass over all payload. Otherwise each digest
  ///     that is asked for is made from the whole of its state.
  /// - Throws: ``FormatError`` at a size mark that does not parse, and for a log of more than 2^32
  ///   entries.
  package convenience init(
    index: WriteLogIndex, base: ByteRegion?, initialByteCount: UInt64?,
    hasMarkedLengths: Bool = false, ignoredFlushes: Set<Int> = [], isDigested: Bool = true
  ) throws(FormatError) {
    try self.init(
      index: index, base: base, initialByteCount: initialByteCount,
      hasMarkedLengths: hasMarkedLengths, ignoredFlushes: ignoredFlushes, isDigested: isDigested,
      keptUnitCount: KeptContributions.usualUnitCount)
  }

  /// - Parameter keptUnitCount: of how many units of payload the hashes are kept.
  init(
    index: WriteLogIndex, base: ByteRegion?, initialByteCount: UInt64?,
    hasMarkedLengths: Bool = false, ignoredFlushes: Set<Int> = [], isDigested: Bool = true,
    keptUnitCount: Int
  ) throws(FormatError) {
    guard index.entryCount <= UInt32.max else {
      throw FormatError(
        .outOfRange, field: "entryCount", at: 16, expected: "at most \(UInt32.max)",
        found: "\(index.entryCount)", hint: "Cut the log into parts and look at each.")
    }
    let givenByteCount = initialByteCount ?? base.map { UInt64($0.byteCount) }
    let events = try DiskEvents(
      index, markedByteCount: hasMarkedLengths ? givenByteCount ?? 0 : nil,
      ignoredFlushes: ignoredFlushes)
    let initial =
      initialByteCount ?? base.map { UInt64($0.byteCount) } ?? Self.highestEnd(events)
    let baseContents = BaseContents(base, diskByteCount: initial)
    self.index = index
    blockHistory = BlockHistory(events, base: baseContents)
    lengths = LengthHistory(events, initialByteCount: initial)
    hasher = UnitHasher(log: index.region, base: base)
    guard isDigested else {
      sums = nil
      kept = KeptContributions(events, maximumUnitCount: 0)
      return
    }
    var pass = DigestPass(blockHistory, log: index.region, keptUnitCount: keptUnitCount)
    sums = pass.run()
    kept = pass.kept
  }

  /// Cuts go from 0 to this.
  package var entryCount: Int { blockHistory.events.count }

  /// What the recorded device writes whole, as far as its log tells.
  package var sectorByteCount: Int { Int(index.sectorByteCount) }

  /// The length of the disk after the first `cut` entries.
  package func byteCount(atCut cut: Int) -> UInt64 { lengths.byteCount(atCut: cut) }

  /// The digest of the disk after the first `cut` entries.
  package func digest(atCut cut: Int) -> Digest128 {
    sum(atCut: cut).digest(diskByteCount: byteCount(atCut: cut))
  }

  /// What is durable and what optional after the first `cut` entries.
  package func epoch(atCut cut: Int) -> Epoch {
    precondition(cut >= 0 && cut <= entryCount, "a cut of the log")
    let events = blockHistory.events
    let durable = durableEntryCount(atCut: cut)
    return Epoch(
      durableEntryCount: durable,
      optionalEntryIndices: (durable..<cut).filter { events.isVolatile($0) })
  }

  /// Whether a cut lies between two entries of one call. Such a cut can be asked for; no tier has it.
  package func isWithinCall(atCut cut: Int) -> Bool {
    blockHistory.events.isWithinCall(atCut: cut)
  }

  /// What is special about losing an entry, in words; `nil` where its loss is plain.
  ///
  /// - Parameter lost: all that is lost: with its length a write leaves nothing behind.
  package func description(ofLosing entryIndex: Int, among lost: [Int]) -> String? {
    let events = blockHistory.events
    guard events.leavesLengthWithoutData(entryIndex), !lost.contains(entryIndex - 1) else {
      return nil
    }
    let length = events[entryIndex - 1].range.byteOffset
    return "the length is there (\(length) bytes, entry \(entryIndex - 1) of the same call), "
      + "the data is not"
  }

  /// Whether the sums of all cuts are known.
  var isDigested: Bool { sums != nil }

  func sum(atCut cut: Int) -> StateSum { sums?[cut] ?? wholeSum(of: CrashState(cut: cut)) }

  func durableEntryCount(atCut cut: Int) -> Int {
    let flushes = blockHistory.events.flushEntryIndices
    let count = flushes.countBelow(cut)
    return count == 0 ? 0 : flushes[count - 1]
  }

  private static func highestEnd(_ events: DiskEvents) -> UInt64 {
    var highest: UInt64 = 0
    for entryIndex in 0..<events.count {
      let event = events[entryIndex]
      if event.kind == .write || event.kind == .discard {
        highest = max(highest, event.range.endByteOffset)
      }
    }
    return highest
  }
}
