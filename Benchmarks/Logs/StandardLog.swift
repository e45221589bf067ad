import Bytes
import Host
import Scheduling
import WriteLog

/// The log that measurements are made on: a device of 64 MiB, 20,000 entries, of which every
/// sixteenth is a flush and the others write 4 to 64 KiB of bytes that do not repeat.
///
/// The same seed gives the same file, byte for byte.
struct StandardLog {
  static let deviceByteCount: UInt64 = 64 << 20
  static let entryCount = 20_000
  static let flushInterval = 16
  private static let sectorByteCount: UInt32 = 512
  private static let pageByteCount = 4096

  let path: String
  let byteCount: UInt64

  /// - Throws: ``HostError`` where there is no room.
  init(writingTo path: String) throws(HostError) {
    self.path = path
    let file = try OutputFile(path)
    var byteCount: UInt64 = 0
    func put(_ bytes: [UInt8]) throws(HostError) {
      byteCount += UInt64(bytes.count)
      try file.write(bytes)
    }
    try put(
      Superblock(
        entryCount: UInt64(Self.entryCount), sectorByteCount: Self.sectorByteCount
      ).encode())
    var stream = RandomStream(Seed(1), .workload)
    for entryIndex in 0..<Self.entryCount {
      if entryIndex % Self.flushInterval == Self.flushInterval - 1 {
        try put(Self.header(sector: 0, sectorCount: 0, flags: .flush))
        continue
      }
      let payloadByteCount = stream.next(in: 1...16) * Self.pageByteCount
      let pageCount = Int(Self.deviceByteCount) - payloadByteCount
      let byteOffset = stream.next(below: pageCount / Self.pageByteCount + 1) * Self.pageByteCount
      try put(
        Self.header(
          sector: byteOffset / Int(Self.sectorByteCount),
          sectorCount: payloadByteCount / Int(Self.sectorByteCount), flags: []))
      try put(Self.payload(byteCount: payloadByteCount, from: &stream))
    }
    try file.finish()
    self.byteCount = byteCount
  }

  private static func header(sector: Int, sectorCount: Int, flags: EntryFlags) -> [UInt8] {
    EntryHeader(sector: UInt64(sector), sectorCount: UInt64(sectorCount), flags: flags)
      .encode(sectorByteCount: sectorByteCount)
  }

  private static func payload(byteCount: Int, from stream: inout RandomStream) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initializedCount in
      for word in 0..<byteCount / 8 {
        unsafe UnsafeMutableRawBufferPointer(buffer).storeBytes(
          of: stream.next().littleEndian, toByteOffset: word * 8, as: UInt64.self)
      }
      initializedCount = byteCount
    }
  }
}
