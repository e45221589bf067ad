import Bytes
import VHDX

/// What states, regions and kinds of disks are called in listings: lower-case words with hyphens.
enum ImageNames {
  /// By the value of the state bits.
  static let payloadStates = [
    "not-present", "undefined", "zero", "unmapped", "reserved-4", "reserved-5", "fully-present",
    "partially-present",
  ]

  static let bitmapStates = [
    "not-present", "reserved-1", "reserved-2", "reserved-3", "reserved-4", "reserved-5", "present",
    "reserved-7",
  ]

  static func kind(of parameters: DiskParameters) -> String {
    if parameters.hasParent { return "differencing" }
    return parameters.leavesBlocksAllocated ? "fixed" : "dynamic"
  }

  /// `nil` for a region that only other programs know.
  static func region(_ guid: GUID) -> String? {
    switch guid {
    case RegionEntry.blockTableGUID: "block allocation table"
    case RegionEntry.metadataGUID: "metadata"
    default: nil
    }
  }

  /// `nil` for an item that only other programs know.
  static func item(_ entry: MetadataEntry) -> String? {
    entry.isUser ? nil : MetadataItem(id: entry.itemID)?.name
  }
}
