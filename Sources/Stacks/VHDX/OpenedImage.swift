import BlockDevice
import Bytes
import VHDX

/// What opening an image found: everything that a writer goes by.
struct OpenedImage {
  var current: CurrentHeader
  var regions: ImageRegions
  var parameters: DiskParameters
  var map: BlockMap

  var geometry: BlockGeometry { map.geometry }

  /// Everything in the file that something refers to, in no order.
  var usedRanges: [ByteRange] {
    var used = regions.ranges
    map.forEachUsedEntry { entry in
      // A block without data can still name a place, and nothing else may stand there.
      guard entry.byteOffset > 0,
        let range = ByteRange(
          checking: entry.byteOffset, byteCount: geometry.blockByteCount)
      else { return }
      used.append(range)
    }
    return used
  }
}
