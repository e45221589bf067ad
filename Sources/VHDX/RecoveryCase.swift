import Bytes

/// A dirty image made up from a seed: what to write over a base image, and how it came about.
public struct RecoveryCase: Sendable {
  /// What the log holds, one fact a line.
  public var notes: [String]
  public var writes: [(byteOffset: UInt64, bytes: [UInt8])]
  /// The file's length where it is another one than the base image's.
  public var fileByteCount: UInt64?

  /// Puts the case into an image file that holds the base image.
  public func apply(to file: any WritableImageFile) {
    if let fileByteCount { file.resize(toByteCount: fileByteCount) }
    for write in writes { file.write(write.bytes, at: write.byteOffset) }
  }
}

/// Makes dirty images, from what a power cut leaves to what only malice does.
///
/// Source: rules E01 to E11, S01 to S09 and R01 to R07 say what can be wrong.
public struct RecoveryCaseGenerator<Random: RandomNumberGenerator> {
  let base: CurrentHeader
  let baseByteCount: UInt64
  let limitByteCount: UInt64
  let logGUID = GUID(low: 0x6c6f_6720_6f66_2061, high: 0x6361_7365)
  var random: Random
  var notes: [String] = []

  /// - Parameters:
  ///   - base: the current header of a clean image whose log is 1 MiB long.
  ///   - limitByteCount: what the file can grow to; huge targets lie around it.
  public init(
    base: CurrentHeader, baseByteCount: UInt64, limitByteCount: UInt64, random: Random
  ) {
    self.base = base
    self.baseByteCount = baseByteCount
    self.limitByteCount = limitByteCount
    self.random = random
  }

  /// The next case.
  public mutating func next() -> RecoveryCase {
    notes = []
    var drafts = makeRuns()
    let mutationCount = [0, 1, 1, 1, 2, 2, 3][below(7)]
    for _ in 0..<mutationCount where !drafts.isEmpty { mutate(&drafts) }
    var ring = RingDraft(byteCount: ringByteCount)
    if below(8) == 0 { scribble(&ring) }
    for draft in drafts { ring.write(draft) }
    for draft in drafts where draft.isSealed { ring.seal(draft) }
    if below(4) == 0 { tear(&ring, drafts) }
    notes += drafts.map(note)
    return finish(ring)
  }

  var ringByteCount: Int { Int(base.header.logByteCount) }
  var ringSectorCount: Int { ringByteCount / LogRing.sectorByteCount }

  mutating func below(_ bound: Int) -> Int {
    Int(random.next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  private func note(_ draft: LogDraft) -> String {
    let sector = draft.ringByteOffset / UInt64(LogRing.sectorByteCount)
    let header = draft.header
    let targets = draft.descriptors.prefix(6).map {
      "\($0.isData ? "d" : "z")\($0.fileByteOffset)+\($0.targetByteCount)"
    }
    return "sector \(sector): number \(header.sequenceNumber), \(header.entryByteCount) bytes, "
      + "\(header.descriptorCount) descriptors, tail \(header.tailByteOffset), "
      + "flushed \(header.flushedByteCount), last \(header.lastByteCount), "
      + "\(draft.isSealed ? "sealed" : "unsealed") \(targets)"
  }

  private mutating func finish(_ ring: RingDraft) -> RecoveryCase {
    var writes: [(byteOffset: UInt64, bytes: [UInt8])] = [
      (base.header.logByteOffset, ring.bytes)
    ]
    var current = base
    for _ in 0..<2 {
      guard let write = try? current.updated(HeaderChange(logGUID: logGUID)) else { break }
      writes.append((write.byteOffset, write.bytes))
      current = write.current
    }
    return RecoveryCase(notes: notes, writes: writes, fileByteCount: nil)
  }

  private mutating func scribble(_ ring: inout RingDraft) {
    let marker = UInt8(1 + below(255))
    let sectors = 1 + below(ringSectorCount)
    ring.write(
      [UInt8](repeating: marker, count: sectors * LogRing.sectorByteCount), at: 0)
    notes.append("garbage in \(sectors) sectors")
  }

  /// Takes back, or spoils, a sector of an entry as a power cut can.
  private mutating func tear(_ ring: inout RingDraft, _ drafts: [LogDraft]) {
    guard !drafts.isEmpty else { return }
    let draft = pick(drafts)
    let sector = UInt64(LogRing.sectorByteCount)
    let index = UInt64(below(Int(draft.byteCount / sector)))
    let place = (draft.ringByteOffset + index * sector) % UInt64(ringByteCount)
    let bytes: [UInt8]
    switch below(3) {
    case 0: bytes = [UInt8](repeating: 0, count: Int(sector))
    case 1: bytes = [UInt8](repeating: 0xa5, count: 512)
    default:
      let from = below(ringSectorCount) * Int(sector)
      bytes = [UInt8](ring.bytes[from..<from + Int(sector)])
    }
    ring.write(bytes, at: place)
    notes.append("torn at sector \(place / sector), \(bytes.count) bytes")
  }
}
