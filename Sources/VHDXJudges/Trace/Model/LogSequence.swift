import Bytes
import VHDX

/// The entries of one log that stand in the ring and are stable, in order: the run that a search
/// would find, with its tail.
///
/// Source: [MS-VHDX] 2.3.2.
struct LogSequence {
  struct Member {
    var found: FoundLogEntry
    var targets: [UInt64]
    var isOverwritten = false
  }

  let guid: GUID
  /// The header write that took the log's name away.
  var retiredBy: TraceStamp?
  private let firstSerial: Int
  private(set) var members: [Member] = []
  /// From here on replay needs the entries.
  private(set) var tailSerial: Int
  private var serialOfStart: [UInt64: Int] = [:]
  private var ownerOfSector: [UInt64: Int] = [:]

  init(guid: GUID, firstSerial: Int) {
    self.guid = guid
    self.firstSerial = firstSerial
    tailSerial = firstSerial
  }

  var head: FoundLogEntry? { members.last?.found }
  var endSerial: Int { firstSerial + members.count }

  subscript(serial: Int) -> Member { members[serial - firstSerial] }

  /// The serial of the entry that starts at a place of the ring and was not overwritten.
  func serial(startingAt ringByteOffset: UInt64) -> Int? { serialOfStart[ringByteOffset] }

  /// The entry that a sector of the ring belongs to, where replay needs that.
  func liveOwner(ofRingSector sectorIndex: UInt64) -> Int? {
    ownerOfSector[sectorIndex].flatMap { $0 >= tailSerial ? $0 : nil }
  }

  mutating func append(_ found: FoundLogEntry, targets: [UInt64], ring: LogRing) {
    let serial = endSerial
    members.append(Member(found: found, targets: targets))
    serialOfStart[found.ringByteOffset] = serial
    let sector = UInt64(LogRing.sectorByteCount)
    for index in 0..<found.byteCount / sector {
      ownerOfSector[ring.advanced(found.ringByteOffset, by: index * sector) / sector] = serial
    }
    if let tail = serialOfStart[UInt64(found.header.tailByteOffset)], tail >= tailSerial {
      for passed in tailSerial..<tail { members[passed - firstSerial].targets = [] }
      tailSerial = tail
    }
  }

  /// Takes note that a sector of the ring holds something else from now on.
  mutating func overwrite(ringSector sectorIndex: UInt64) {
    guard let serial = ownerOfSector.removeValue(forKey: sectorIndex) else { return }
    members[serial - firstSerial].isOverwritten = true
    let start = members[serial - firstSerial].found.ringByteOffset
    if serialOfStart[start] == serial { serialOfStart[start] = nil }
  }
}
