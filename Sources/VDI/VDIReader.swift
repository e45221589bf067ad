import Bytes
import Checking
import CrashStates

/// Opens the crash states of a VDI image, each set of header and block map once.
final class VDIReader: ImageReader {
  private struct Key: Hashable {
    var structures: AreaHistory.Key
    var byteCount: UInt64
  }

  private let history: DiskHistory
  private let areas: [ByteRange]
  private let structures: AreaHistory
  private var known: [Key: OpenedState] = [:]

  /// States follow each other, so the latest are the ones that come again.
  private static let maximumKnownCount = 512

  init(_ history: DiskHistory) {
    self.history = history
    areas = Self.areas(of: history)
    structures = AreaHistory(history, ranges: areas)
  }

  func structure(of state: CrashState) -> AnyHashable? { key(of: state) }

  private func key(of state: CrashState) -> Key {
    Key(structures: structures.key(of: state), byteCount: history.byteCount(of: state))
  }

  func read(_ state: CrashState) -> OpenedState {
    let key = key(of: state)
    if let found = known[key] { return found }
    if known.count >= Self.maximumKnownCount { known.removeAll(keepingCapacity: true) }
    let file = StateImage(history, state)
    do throws(FormatError) {
      let image = try VDIImage(reading: file, blockMap: .whenRead)
      var opened = Self.opened(image)
      opened.isToldByStructure = covers(image)
      if opened.isToldByStructure { known[key] = opened }
      return opened
    } catch {
      // Then only the header, and the file's length, were looked at.
      let refused = Self.refused(file, error)
      known[key] = refused
      return refused
    }
  }

  /// Where header and block map are, by the image before the first entry and after the last one;
  /// everything where there is no image.
  static func areas(of history: DiskHistory) -> [ByteRange] {
    let found = Set([0, history.entryCount]).sorted().compactMap { cut in
      try? VDIImage(
        reading: StateImage(history, CrashState(cut: cut)), blockMap: .whenRead
      ).header.blockMapRange
    }
    if found.isEmpty { return [ByteRange(byteOffset: 0, byteCount: .max)] }
    return [ByteRange(byteOffset: 0, byteCount: UInt64(VDIHeader.byteCount))] + found
  }

  /// Whether the block map stands where these areas say.
  private func covers(_ image: VDIImage) -> Bool {
    let map = image.header.blockMapRange
    return areas.contains {
      $0.byteOffset <= map.byteOffset && map.endByteOffset <= $0.endByteOffset
    }
  }

  private static func opened(_ image: VDIImage) -> OpenedState {
    var opened = OpenedState(opens: true, summary: "opens, there is nothing to recover")
    opened.violations = VDIImage.violations(of: image.file, limit: 1)
    opened.map = DiskMap(image)
    if opened.map == nil {
      opened.limit =
        "more than \(DiskMap.maximumVDIExtentCount) blocks have a place, which are not gone through"
    }
    return opened
  }

  private static func refused(_ file: any ImageFile, _ refusal: FormatError) -> OpenedState {
    var opened = OpenedState(opens: false, summary: "refused: \(refusal.finding)")
    opened.violations = VDIImage.violations(of: file, limit: 1)
    if refusal.rule == nil {
      opened.limit = "\(refusal)"
      return opened
    }
    opened.violations.append(
      Violation(
        by: .stateRecovery, .d09, "the image does not open after the cut: \(refusal.finding)"))
    return opened
  }
}

extension DiskMap {
  /// 4 TiB of data. A map that was made up may name half a milliard blocks in a file of no size at all.
  static let maximumVDIExtentCount = 1 << 22

  /// The virtual disk as QEMU reads it: what a block has beyond the end of the file is zero. `nil` where
  /// more than ``maximumVDIExtentCount`` blocks have a place.
  convenience init?(_ image: VDIImage) {
    var extents: [Extent] = []
    image.blockMap.forEachEntry { entryIndex, entry in
      guard case .block(let number) = entry, number < image.header.blockCount else { return }
      var range = image.header.diskRange(ofEntry: entryIndex)
      let start = image.header.dataRange(ofBlock: number).byteOffset
      let held = image.file.byteCount > start ? image.file.byteCount - start : 0
      range.byteCount = min(range.byteCount, held)
      if !range.isEmpty, extents.count <= Self.maximumVDIExtentCount {
        extents.append(Extent(range: range, fileByteOffset: start))
      }
    }
    if extents.count > Self.maximumVDIExtentCount { return nil }
    self.init(virtualDiskByteCount: image.virtualDiskByteCount, extents: extents)
  }
}
