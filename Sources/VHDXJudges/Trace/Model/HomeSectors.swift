import Bytes
import Checking
import VHDX

/// What the log carries for each sector of the file, and how much of that is in its place.
///
/// Source: [MS-VHDX] 2.3; rules S07, S08, R10.
struct HomeSectors {
  private struct Version {
    var serial: Int
    var digest: Digest128
  }

  private struct Sector {
    var versions: [Version] = []
    /// Which version stands in its place, and since when.
    var home: (serial: Int, stamp: TraceStamp)?
    /// The newest version that is stable in its place and was not overwritten by an older one.
    var stableSerial = -1
  }

  /// Older versions of a sector are forgotten: nobody writes them home any more.
  private static let mostVersions = 64

  private var sectors: [UInt64: Sector] = [:]
  /// Whether a range was too long to be followed; what is said of homes is not sure then.
  var isIncomplete = false

  var isEmpty: Bool { sectors.isEmpty }
  var count: Int { sectors.count }

  func carries(_ sectorIndex: UInt64) -> Bool { sectors[sectorIndex] != nil }

  /// The sectors among `indices` that an entry carries, ascending.
  func carried(in indices: Range<UInt64>) -> [UInt64] {
    if UInt64(sectors.count) < indices.upperBound - indices.lowerBound {
      return sectors.keys.filter { indices.contains($0) }.sorted()
    }
    return indices.filter { sectors[$0] != nil }
  }

  mutating func removeAll() {
    sectors = [:]
    isIncomplete = false
  }

  /// Takes note of what an entry carries.
  ///
  /// - Parameter isInPlace: whether the sector holds these bytes already.
  mutating func add(
    _ sectorIndex: UInt64, serial: Int, digest: Digest128, isInPlace: Bool
  ) {
    var sector = sectors[sectorIndex] ?? Sector()
    sector.versions.append(Version(serial: serial, digest: digest))
    if sector.versions.count > Self.mostVersions { sector.versions.removeFirst() }
    if isInPlace {
      if let home = sector.home {
        sector.home = (serial, home.stamp)
      } else {
        sector.stableSerial = serial
      }
    }
    sectors[sectorIndex] = sector
  }

  /// Takes note that a sector was written in its place.
  ///
  /// - Returns: the entry that carries these bytes, the newest of several; `nil` where none does.
  mutating func write(
    _ sectorIndex: UInt64, digest: Digest128, stamp: TraceStamp, isStable: (TraceStamp) -> Bool
  ) -> Int? {
    guard var sector = sectors[sectorIndex],
      let version = sector.versions.last(where: { $0.digest == digest })
    else { return nil }
    if let home = sector.home, isStable(home.stamp) {
      sector.stableSerial = max(sector.stableSerial, home.serial)
    }
    sector.stableSerial = min(sector.stableSerial, version.serial)
    sector.home = (version.serial, stamp)
    sectors[sectorIndex] = sector
    return version.serial
  }

  /// Whether what entry `serial` carries for a sector, or something newer, is stable in its place.
  func isStable(
    _ sectorIndex: UInt64, serial: Int, _ isStable: (TraceStamp) -> Bool
  ) -> Bool {
    guard let sector = sectors[sectorIndex] else { return true }
    if sector.stableSerial >= serial { return true }
    guard let home = sector.home else { return false }
    return home.serial >= serial && isStable(home.stamp)
  }

  /// The newest entry that carries a sector.
  func newestSerial(_ sectorIndex: UInt64) -> Int? { sectors[sectorIndex]?.versions.last?.serial }

  /// The last write of a sector in its place, with what `serial` carries or something newer.
  func homeStamp(_ sectorIndex: UInt64, serial: Int) -> TraceStamp? {
    guard let home = sectors[sectorIndex]?.home, home.serial >= serial else { return nil }
    return home.stamp
  }
}
