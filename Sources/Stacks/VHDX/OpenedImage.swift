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
    for blockIndex in 0..<geometry.payloadBlockCount {
      let entry = map.entry(ofBlock: blockIndex)
      // A block without data can still name a place, and nothing else may stand there.
      guard entry.byteOffset > 0,
        let range = ByteRange(
          checking: entry.byteOffset, byteCount: geometry.blockByteCount)
      else { continue }
      used.append(range)
    }
    return used
  }
}
