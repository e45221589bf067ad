import Bytes
import CrashStates
import WriteLog

/// A log of writes of one size, put together by hand: entry n writes the n-th place.
enum BisectLog {
  /// - Parameters:
  ///   - flushes: the places of the entries that are a FLUSH instead of a write.
  ///   - sectorCount: of each write.
  static func history(
    entryCount: Int, flushes: Set<Int> = [], sectorCount: Int = 1
  ) throws -> DiskHistory {
    // magic, version 1, the count, sectors of 512 bytes.
    var bytes = words([0x6a73_6677_7368_72, 1, UInt64(entryCount), 512])
    for entry in 0..<entryCount {
      let isFlush = flushes.contains(entry)
      bytes += words(
        isFlush ? [0, 0, 1, 0] : [UInt64(entry * sectorCount), UInt64(sectorCount), 0, 0])
      if !isFlush {
        let byte = UInt8(truncatingIfNeeded: entry + 1)
        bytes += [UInt8](repeating: byte, count: 512 * sectorCount)
      }
    }
    return try DiskHistory(
      index: WriteLogIndex(reading: ByteRegion(bytes)), base: nil, initialByteCount: nil)
  }

  /// Little-endian, and zeroes up to 512 bytes.
  private static func words(_ words: [UInt64]) -> [UInt8] {
    let bytes = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
    }
    return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
  }
}
