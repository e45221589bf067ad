import Bytes
import Host
import WriteLog

/// Logs of a shape that makes whoever is not careful go through all entries again and again.
enum MadeLogs {
  private static let sectorByteCount: UInt32 = 512
  private static let blockByteCount = 4096

  /// Every other entry writes the same 4 KiB, the others elsewhere; each ninth is a flush.
  static func hotBlock(entryCount: Int, to path: String) throws {
    try write(entryCount: entryCount, to: path) { entryIndex in
      if entryIndex % 9 == 8 { return nil }
      return entryIndex % 2 == 0 ? 100 : entryIndex * 2_654_435_761 % 4096
    }
  }

  /// Writes that nothing is flushed between.
  static func oneEpoch(writeCount: Int, to path: String) throws {
    try write(entryCount: writeCount + 1, to: path) { $0 == writeCount ? nil : $0 }
  }

  /// - Parameter blockIndex: where an entry writes 4 KiB that no other writes; `nil` for a flush.
  private static func write(
    entryCount: Int, to path: String, blockIndex: (_ entryIndex: Int) -> Int?
  ) throws {
    let file = try OutputFile(path)
    try file.write(
      Superblock(entryCount: UInt64(entryCount), sectorByteCount: sectorByteCount).encode())
    let sectorCount = blockByteCount / Int(sectorByteCount)
    for entryIndex in 0..<entryCount {
      guard let block = blockIndex(entryIndex) else {
        try file.write(
          EntryHeader(sector: 0, sectorCount: 0, flags: .flush)
            .encode(sectorByteCount: sectorByteCount))
        continue
      }
      try file.write(
        EntryHeader(
          sector: UInt64(block * sectorCount), sectorCount: UInt64(sectorCount), flags: []
        ).encode(sectorByteCount: sectorByteCount))
      var writer = ByteWriter()
      for _ in 0..<blockByteCount / 8 { writer.write(UInt64(entryIndex)) }
      try file.write(writer.bytes)
    }
    try file.finish()
  }
}
