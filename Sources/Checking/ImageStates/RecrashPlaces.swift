import Bytes
import VHDX

/// What stands where in an image file, for messages.
struct FilePlaces {
  private let regions: ImageRegions?
  private let map: BlockMap?

  /// - Parameter file: a recovered image.
  init(_ file: any ImageFile) {
    let current = try? HeaderPair(reading: file).current(.qemu, fileByteCount: file.byteCount)
    let structures = ImageStructures(
      judging: file, current: current, options: ImageJudgeOptions(judgesWarnings: false))
    regions = structures.parts?.regions
    map = structures.parts.flatMap { regions, metadata in
      try? BlockMap(
        BlockTable(
          reading: file, region: regions.blockTable.range,
          geometry: BlockGeometry(metadata.parameters)))
    }
  }

  func name(of byteOffset: UInt64) -> String {
    let place = ByteRange(byteOffset: byteOffset, byteCount: 1)
    if let slot = HeaderSlot.allCases.first(where: { $0.range.overlaps(place) }) {
      return slot == .first ? "in the first header" : "in the second header"
    }
    if byteOffset < 1 << 20 { return "in the header section" }
    if let region = regions?.occupied.first(where: { $0.range.overlaps(place) }) {
      return "in \(region.name)"
    }
    guard let extent = map?.extents.first(where: { $0.fileRange.overlaps(place) }) else {
      return "in no structure"
    }
    return "in the block with byte \(extent.range.byteOffset) of the virtual disk"
  }
}
