import Bytes

/// A dirty image made up from numbers: a clean one with a log over it, and more or less damage.
package struct DirtyImage {
  package var file: MemoryImage
  /// How it came about, one fact a line.
  package var notes: [String]
  /// How many entries were put into the log.
  package var entryCount: Int
  /// How long the file can be made; made-up targets that are too far lie around it.
  package var limitByteCount: UInt64

  /// - Parameter base: a clean image; what is made of it lies over a copy.
  package init(over base: MemoryImage, random: some RandomNumberGenerator) {
    var generator = DirtyImageGenerator(base: MemoryImage(base.contents), random: random)
    self = generator.next()
  }

  init(file: MemoryImage, notes: [String], entryCount: Int, limitByteCount: UInt64) {
    self.file = file
    self.notes = notes
    self.entryCount = entryCount
    self.limitByteCount = limitByteCount
  }
}

/// Makes dirty images, from what a power cut leaves to what only malice does.
///
/// Source: rules E01 to E11, S01 to S09 and R01 to R07 say what can be wrong.
struct DirtyImageGenerator<Random: RandomNumberGenerator> {
  let file: MemoryImage
  let base: CurrentHeader
  let regions: ImageRegions
  /// How much of the block table is in use.
  let tableByteCount: UInt64
  /// Where the log is put, whatever the headers then say.
  let log: ByteRange
  /// How long the file is that a sound writer's entries are about.
  let fileByteCount: UInt64
  let limitByteCount: UInt64
  /// Where a sound writer's payload begins.
  let dataByteOffset: UInt64
  let logGUID = GUID(low: 0x6c6f_6720_6f66_2061, high: 0x6361_7365)
  /// Of a log that was in the ring before.
  let otherGUID = GUID(low: 0x616e_6f74_6865_7220, high: 0x6c6f_67)
  var random: Random
  var notes: [String] = []

  /// - Precondition: a clean image without a parent.
  init(base file: MemoryImage, random: Random) {
    self.file = file
    self.random = random
    guard let image = try? VHDXImage(reading: file) else {
      preconditionFailure("a clean image opens")
    }
    base = image.current
    regions = image.regions
    tableByteCount = image.geometry.entryCount * UInt64(BlockTableEntry.byteCount)
    log = Self.place(of: image, &self.random)
    fileByteCount = max(file.byteCount, log.endByteOffset)
    limitByteCount = max(48 << 20, fileByteCount + 24 << 20)
    let usual: UInt64 = 8 << 20
    dataByteOffset = log.endByteOffset > usual ? log.endByteOffset : usual
    if log != image.current.header.logRange { notes.append("the log is put at \(log)") }
  }

  /// Where the log is: mostly where it was, or at the end of the file, and now and then a long one.
  private static func place(of image: VHDXImage, _ random: inout Random) -> ByteRange {
    let old = image.current.header
    func below(_ bound: Int) -> Int {
      Int(random.next().multipliedFullWidth(by: UInt64(bound)).high)
    }
    let oldRange = ByteRange(
      byteOffset: old.logByteOffset, byteCount: UInt64(old.logByteCount))
    if below(2) == 0 { return oldRange }
    let mebibyteCount = [1, 1, 1, 1, 2, 2, 3, 4, 7, 8, 16, 32][below(12)]
    let end = (image.file.byteCount + mebibyteByteCount - 1) / mebibyteByteCount
    return ByteRange(
      byteOffset: (end + UInt64([0, 0, 1, 5][below(4)])) * mebibyteByteCount,
      byteCount: UInt64(mebibyteCount) * mebibyteByteCount)
  }

  mutating func next() -> DirtyImage {
    var drafts = makeRuns()
    let mutationCount = [0, 1, 1, 1, 2, 2, 3][below(7)]
    for _ in 0..<mutationCount where !drafts.isEmpty { mutate(&drafts) }
    var ring = RingDraft(byteCount: ringByteCount)
    if below(8) == 0 { scribble(&ring) }
    for draft in drafts { ring.write(draft) }
    for draft in drafts where draft.isSealed { ring.seal(draft) }
    if below(4) == 0 { tear(&ring, drafts) }
    notes += drafts.map(note)
    if file.byteCount < log.endByteOffset { file.resize(toByteCount: log.endByteOffset) }
    ring.forEachPage { bytes, ringByteOffset in
      file.write(bytes, at: log.byteOffset + ringByteOffset)
    }
    writeStructures()
    writeHeaders()
    changeLength()
    return DirtyImage(
      file: file, notes: notes, entryCount: drafts.count, limitByteCount: limitByteCount)
  }

  var ringByteCount: Int { Int(log.byteCount) }
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
      + "\(header.logGUID == logGUID ? "" : "another log's, ")"
      + "\(draft.isSealed ? "sealed" : "unsealed") \(targets)"
  }

  private mutating func scribble(_ ring: inout RingDraft) {
    let marker = UInt8(1 + below(255))
    let sectors = 1 + below(min(ringSectorCount, 256))
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
    default: bytes = ring.read(UInt64(below(ringSectorCount)) * sector, Int(sector))
    }
    ring.write(bytes, at: place)
    notes.append("torn at sector \(place / sector), \(bytes.count) bytes")
  }

  /// The file can be longer and shorter than it should be, also by less than a sector.
  private mutating func changeLength() {
    guard below(8) == 0 else { return }
    let own = file.byteCount
    let byteCount: UInt64 = pick([
      own + 512, own + 4096, own + 1, own + 1 << 20, own + 3 << 20, own - 1, own - 512, own - 4096,
      own - 1 << 20, own - min(own, 3 << 20), log.endByteOffset, log.endByteOffset - 1, 192 << 10,
    ])
    file.resize(toByteCount: byteCount)
    notes.append("the file has \(byteCount) instead of \(own) bytes")
  }
}
