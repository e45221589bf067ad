import Bytes

/// The numbers that make an image unlike every other one. They are handed in, so that one seed
/// makes one image.
package struct ImageIdentity: Equatable, Sendable {
  package var fileWriteGUID: GUID
  package var dataWriteGUID: GUID
  package var virtualDiskID: GUID

  package init(fileWriteGUID: GUID, dataWriteGUID: GUID, virtualDiskID: GUID) {
    self.fileWriteGUID = fileWriteGUID
    self.dataWriteGUID = dataWriteGUID
    self.virtualDiskID = virtualDiskID
  }
}

/// A new image, before anything is written: where its parts go, and their bytes.
///
///     0 MiB  header section
///     1 MiB  log
///     then   metadata, 1 MiB
///     then   block allocation table, whole MiB
///     then   payload blocks: all of them in a fixed image, none in a dynamic one
///
/// Source: [MS-VHDX] 2.1, 2.2.
package struct VHDXLayout: Sendable {
  package static let defaultLogByteCount: UInt32 = 1 << 20
  static let metadataByteCount: UInt64 = 1 << 20

  package let parameters: DiskParameters
  package let identity: ImageIdentity
  package let creator: String
  package let log: ByteRange
  package let metadata: ByteRange
  package let blockTable: ByteRange
  package let geometry: BlockGeometry
  /// How to find the disk below; `nil` where the image stands alone.
  package let parentLocator: ParentLocator?

  /// - Parameters:
  ///   - virtualDiskByteCount: whole logical sectors, 64 TiB at most.
  ///   - isFixed: whether every block has its place from the start.
  ///   - blockByteCount: a power of two from 1 MiB to 256 MiB.
  ///   - logicalSectorByteCount: 512 or 4096, as the physical one.
  ///   - logByteCount: whole MiB, at least one.
  ///   - parentLocator: makes a differencing image, which has no block of its own yet.
  ///   - creator: who made the image, for people; 256 UTF-16 units at most are kept.
  /// - Throws: ``FormatError`` where the format does not allow a value; the place it names is where
  ///   the field would stand.
  package init(
    virtualDiskByteCount: UInt64, isFixed: Bool = false, blockByteCount: UInt32 = 32 << 20,
    logicalSectorByteCount: UInt32 = 512, physicalSectorByteCount: UInt32 = 512,
    logByteCount: UInt32 = VHDXLayout.defaultLogByteCount, identity: ImageIdentity,
    parentLocator: ParentLocator? = nil, creator: String = "powercut"
  ) throws(FormatError) {
    guard !isFixed || parentLocator == nil else {
      throw FormatError(
        .wrongValue, breaking: .m11, field: "fileParameters.flags",
        at: mebibyteByteCount + UInt64(logByteCount) + UInt64(Self.place(of: .fileParameters)) + 4,
        expected: "no blocks of its own in a differencing image", found: "a fixed image",
        hint: "Leave one of the two out.")
    }
    guard UInt64(logByteCount) % mebibyteByteCount == 0, logByteCount > 0 else {
      throw FormatError(
        .outOfRange, breaking: .h07, field: "header.logByteCount",
        at: HeaderSlot.first.byteOffset + 68,
        expected: "whole MiB, at least one", found: "\(logByteCount)",
        hint: "Choose another size for the log.")
    }
    let parameters = DiskParameters(
      virtualDiskByteCount: virtualDiskByteCount, blockByteCount: blockByteCount,
      leavesBlocksAllocated: isFixed, hasParent: parentLocator != nil,
      virtualDiskID: identity.virtualDiskID,
      logicalSectorByteCount: logicalSectorByteCount,
      physicalSectorByteCount: physicalSectorByteCount)
    let log = ByteRange(byteOffset: mebibyteByteCount, byteCount: UInt64(logByteCount))
    let metadata = ByteRange(
      byteOffset: log.endByteOffset, byteCount: Self.metadataByteCount)
    try parameters.forEachDefect(
      at: { metadata.byteOffset + UInt64(Self.place(of: $0)) }, FormatError.raise)
    self.parameters = parameters
    self.identity = identity
    self.creator = creator
    self.parentLocator = parentLocator
    self.log = log
    self.metadata = metadata
    geometry = BlockGeometry(parameters)
    let tableByteCount = geometry.entryCount * UInt64(BlockTableEntry.byteCount)
    blockTable = ByteRange(
      byteOffset: metadata.endByteOffset,
      byteCount: max(1, (tableByteCount + mebibyteByteCount - 1) / mebibyteByteCount)
        * mebibyteByteCount)
  }

  /// The items of the metadata region, in its order.
  var metadataItems: [(item: MetadataItem, bytes: [UInt8])] {
    MetadataItem.allCases.compactMap { item in
      guard item == .parentLocator else { return (item, parameters.encode(item)) }
      return parentLocator.map { (item, $0.encode()) }
    }
  }

  package var isFixed: Bool { parameters.leavesBlocksAllocated }

  /// Where the first payload block goes.
  package var payloadByteOffset: UInt64 { blockTable.endByteOffset }

  /// How long the new file is.
  package var fileByteCount: UInt64 {
    isFixed
      ? payloadByteOffset + geometry.payloadBlockCount * geometry.blockByteCount
      : payloadByteOffset
  }

  /// Where an item stands in the metadata region.
  static func place(of item: MetadataItem) -> Int {
    MetadataTable.byteCount
      + MetadataItem.allCases.prefix { $0 != item }
      .reduce(0) { $0 + Int($1.byteCount ?? 0) }
  }
}
