import BlockDevice
import Bytes
import Scheduling
import VHDX

/// A writer that keeps every obligation of the format, unless a ``BugSwitch`` says otherwise.
///
/// - A write goes to its block; a new block is clean before anyone writes to it. Table changes stay in
///   memory until a flush or an FUA write logs all of them in one entry, after the payload.
/// - Whole blocks that are zeroed or discarded lose their place, which is handed out again when the
///   entry that frees it is stable. What was zeroed is said to be zero; a discarded block is unmapped, and
///   what it holds is left open.
/// - After a failed commit or header update the disk takes no further changes: the log on the device
///   still has everything that was acknowledged.
///
/// Source: [MS-VHDX] 2.2.2, 2.3, 2.5.
final class ExactDisk: DiskWriter, @unchecked Sendable {
  private let file: ImageBelow
  private let map: BlockMap
  private let space: BlockSpace
  private let log: VHDXLogWriter
  private let locks: BlockLocks
  private let start: SessionStart
  private let commits: GroupCommit
  private let bugs: Set<BugSwitch>
  /// Whether blocks keep their place for ever, as a fixed image has it.
  private let leavesBlocksAllocated: Bool
  private var failure: DeviceError?
  /// With writer.log-error-keeps-block: what one flush is still to be told.
  private var logError: DeviceError?
  /// With reader.block-before-zeroing: where blocks lie that are being zeroed.
  private var unzeroed: [UInt64: UInt64] = [:]
  /// With reader.stale-table: the places where reads have found blocks, `nil` for none.
  private var remembered: [UInt64: UInt64?] = [:]

  init(
    _ image: OpenedImage, file: ImageBelow, options: VHDXDisk.Options, simulation: Simulation
  ) throws(DeviceError) {
    guard let ring = image.regions.log else {
      throw .unsupported("the image has no log to write to")
    }
    let headers = HeaderWriter(image.current, file: file, bugs: options.bugs)
    let guids = GUIDSource(identity: options.identity)
    self.file = file
    map = image.map
    bugs = options.bugs
    leavesBlocksAllocated = image.parameters.leavesBlocksAllocated
    space = BlockSpace(
      file: file, used: image.usedRanges, blockByteCount: image.geometry.blockByteCount,
      simulation: simulation)
    // As a program does that takes what is unique to the image for unique to its session.
    let isReused = options.bugs.contains(.guidReused)
    log = VHDXLogWriter(
      file: file, headers: headers, space: space, ring: ring,
      guid: isReused ? image.parameters.virtualDiskID : guids.draw(.log),
      options: VHDXLogWriter.Options(
        bugs: options.bugs, firstRingByteOffset: options.firstRingByteOffset % ring.byteCount,
        usableRingByteCount: options.usableRingByteCount,
        entriesPerCheckpoint: options.entriesPerCheckpoint,
        entrySectorLimit: options.entrySectorLimit))
    locks = BlockLocks(simulation)
    start = SessionStart(
      file: file, headers: headers, flushesFirst: true, guids: guids, simulation: simulation)
    commits = GroupCommit(simulation)
  }

  // MARK: Requests

  func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(range.byteCount))
    var ends: [Int] = []
    for part in BlockParts(range, map.geometry) {
      bytes += try await read(part)
      ends.append(bytes.count)
    }
    if bugs.contains(.tornAcrossBlocks) {
      let half = Int(file.device.sectorByteCount) / 2
      for end in ends.dropLast() {
        bytes.replaceSubrange(end - half..<end, with: bytes[end..<end + half])
      }
    }
    return bytes
  }

  private func read(_ part: BlockPart) async throws(DeviceError) -> [UInt8] {
    let block = part.blockIndex
    if let early = unzeroed[block] {
      return try await file.read(Self.range(of: part, inBlockAt: early))
    }
    await locks.lockShared(block)
    defer { locks.unlockShared(block) }
    var place = map.place(ofBlock: block)
    if bugs.contains(.staleTable) {
      place = remembered[block] ?? place
      remembered[block] = .some(place)
    }
    guard let place else { return [UInt8](repeating: 0, count: Int(part.range.byteCount)) }
    return try await file.read(Self.range(of: part, inBlockAt: place))
  }

  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError) {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    try await change(isFUA: isFUA) { () async throws(DeviceError) in
      var needsCommit = false
      for part in BlockParts(range, self.map.geometry) {
        let first = Int(part.range.byteOffset - byteOffset)
        let partBytes = Array(bytes[first..<first + Int(part.range.byteCount)])
        if try await self.write(partBytes, part, isFUA: isFUA) { needsCommit = true }
      }
      return needsCommit
    }
  }

  func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError) {
    let state: PayloadState = bugs.contains(.zeroesUnmapped) ? .unmapped : .zero
    try await zero(range, wholeBlocksBecome: state, isFUA: isFUA) {
      (place, isDirect) async throws(DeviceError) in
      try await self.file.writeZeroes(place, isFUA: isDirect)
    }
  }

  func discard(_ range: ByteRange) async throws(DeviceError) {
    try await zero(range, wholeBlocksBecome: .unmapped, isFUA: false) {
      (place, _) async throws(DeviceError) in
      try await self.file.discard(place)
    }
  }

  func flush() async throws(DeviceError) {
    if let failure { throw failure }
    try await commit()
  }

  func close() async throws(DeviceError) {
    try await flush()
    do {
      try await log.close()
    } catch {
      failure = error
      throw error
    }
  }

  // MARK: Changing

  /// Carries out a change, and makes it stable where it says that FUA needs a commit for that.
  private func change(
    isFUA: Bool, _ body: () async throws(DeviceError) -> Bool
  ) async throws(DeviceError) {
    if let failure { throw failure }
    if try await body() && isFUA { try await commit() }
  }

  /// - Returns: whether stability takes a commit.
  private func write(
    _ bytes: [UInt8], _ part: BlockPart, isFUA: Bool
  ) async throws(DeviceError) -> Bool {
    try await start.require()
    let block = part.blockIndex
    let isOwner = try await lockForData(block)
    defer {
      if isOwner { map.unhold(block) }
      locks.unlockShared(block)
    }
    guard let place = place(of: part) else { preconditionFailure("the block has a place") }
    let isDirect = isFUA && map.isCommitted(block)
    do {
      try await file.write(bytes, at: place.byteOffset, isFUA: isDirect)
    } catch {
      if bugs.contains(.batRestoredUnderWriter) {
        map.set(block, map.committedEntry(ofBlock: block))
      }
      throw error
    }
    return !isDirect
  }

  /// Takes a shared hold on a block that has a place.
  ///
  /// - Returns: whether the block got its place here.
  private func lockForData(_ block: UInt64) async throws(DeviceError) -> Bool {
    await locks.lockShared(block)
    if map.place(ofBlock: block) != nil { return false }
    locks.unlockShared(block)
    await locks.lockExclusive(block)
    let isOwner = map.place(ofBlock: block) == nil
    if isOwner {
      do {
        try await allocate(block)
      } catch {
        locks.unlockExclusive(block)
        throw error
      }
    }
    locks.downgrade(block)
    return isOwner
  }

  private func allocate(_ block: UInt64) async throws(DeviceError) {
    if let failure { throw failure }
    let taken = try await space.take()
    if !taken.isClean {
      do {
        // What an earlier owner left here must never be seen.
        try await clean(block, at: taken.byteOffset)
      } catch {
        space.giveBack(taken.byteOffset)
        throw error
      }
    }
    map.set(block, BlockTableEntry(.fullyPresent, byteOffset: taken.byteOffset))
    if bugs.contains(.publishBeforeLog) { map.hold(block) }
  }

  private func clean(_ block: UInt64, at byteOffset: UInt64) async throws(DeviceError) {
    let place = ByteRange(byteOffset: byteOffset, byteCount: map.geometry.blockByteCount)
    guard bugs.contains(.blockBeforeZeroing) else { return try await file.writeZeroes(place) }
    unzeroed[block] = byteOffset
    defer { unzeroed[block] = nil }
    let pieceByteCount = place.byteCount / Self.pieceCount
    for piece in (0..<Self.pieceCount).reversed() {
      try await file.writeZeroes(
        ByteRange(
          byteOffset: byteOffset + piece * pieceByteCount, byteCount: pieceByteCount))
    }
  }

  /// With reader.block-before-zeroing a block is zeroed in so many pieces, from its end on.
  private static let pieceCount: UInt64 = 32

  /// Whole blocks lose their place, parts of others are zeroed where they stand.
  private func zero(
    _ range: ByteRange, wholeBlocksBecome state: PayloadState, isFUA: Bool,
    _ zeroInPlace: (ByteRange, _ isDirect: Bool) async throws(DeviceError) -> Void
  ) async throws(DeviceError) {
    try await change(isFUA: isFUA) { () async throws(DeviceError) in
      var needsCommit = false
      for part in BlockParts(range, self.map.geometry) {
        let block = part.blockIndex
        if part.isWholeBlock && !self.leavesBlocksAllocated {
          await self.locks.lockExclusive(block)
          defer { self.locks.unlockExclusive(block) }
          try await self.drop(block, state)
          if !self.map.isCommitted(block) { needsCommit = true }
        } else {
          if state == .zero { try await self.define(block) }
          await self.locks.lockShared(block)
          defer { self.locks.unlockShared(block) }
          let isDirect = isFUA && self.map.isCommitted(block)
          if !isDirect { needsCommit = true }
          if let place = self.place(of: part) {
            try await self.start.require()
            try await zeroInPlace(place, isDirect)
          }
        }
      }
      return needsCommit
    }
  }

  /// Says of a block whose contents were left open that it is zero, so that a part of it can be.
  private func define(_ block: UInt64) async throws(DeviceError) {
    guard isUndefined(block) else { return }
    await locks.lockExclusive(block)
    defer { locks.unlockExclusive(block) }
    // Meanwhile somebody else may have written to it.
    if isUndefined(block) { try await drop(block, .zero) }
  }

  private func isUndefined(_ block: UInt64) -> Bool {
    map.entry(ofBlock: block).payloadState?.isUndefined ?? false
  }

  /// Takes the block's place away. What reads as zeroes already stays as it is, and costs the session
  /// no fresh GUIDs.
  private func drop(_ block: UInt64, _ state: PayloadState) async throws(DeviceError) {
    let entry = map.entry(ofBlock: block)
    switch entry.payloadState {
    case .fullyPresent:
      try await start.require()
      map.set(block, BlockTableEntry(state))
      if bugs.contains(.blockReusedUnbarriered) {
        space.giveBack(entry.byteOffset)
      } else {
        space.release(entry.byteOffset)
      }
    case .undefined, .unmapped:
      // What such a block holds is left open; what was zeroed must read as zeroes.
      guard state == .zero else { return }
      try await start.require()
      map.set(block, BlockTableEntry(.zero))
    default: return
    }
  }

  private func place(of part: BlockPart) -> ByteRange? {
    map.place(ofBlock: part.blockIndex).map { Self.range(of: part, inBlockAt: $0) }
  }

  private static func range(of part: BlockPart, inBlockAt byteOffset: UInt64) -> ByteRange {
    ByteRange(byteOffset: byteOffset + part.byteOffsetInBlock, byteCount: part.range.byteCount)
  }

  // MARK: Committing

  private func commit() async throws(DeviceError) {
    do {
      try await commits.join(commitPending)
    } catch {
      failure = failure ?? error
      throw error
    }
    if let error = logError {
      logError = nil
      throw error
    }
  }

  /// Makes stable what clients did before: payload, then the table's changes in the log.
  private func commitPending() async throws(DeviceError) {
    let changes = map.beginCommit()
    let released = space.takeReleasing()
    if changes.isEmpty || !bugs.contains(.payloadNotStable) { try await file.flush() }
    var rest = changes[...]
    while !rest.isEmpty {
      // So many changes fall into as many sectors at most.
      let some = Array(rest.prefix(log.sectorCountLimit))
      rest = rest.dropFirst(some.count)
      let sectors = map.sectors(
        for: some, tail: bugs.contains(.trailingRead) ? .fromSectorStart : .right)
      do {
        try await log.append(sectors)
      } catch {
        guard bugs.contains(.logErrorKeepsBlock) else { throw error }
        logError = error
      }
      map.noteCommitted(some, sectors)
    }
    for byteOffset in released { space.giveBack(byteOffset) }
  }
}
