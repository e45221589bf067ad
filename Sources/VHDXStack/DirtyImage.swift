import Bytes
import Scheduling
import VHDX

extension DirtyImage {
  /// One of the dirty images of a seed: one of several clean ones, with a log over it.
  ///
  /// - Parameter index: which of them.
  package init(seed: Seed, index: UInt64) {
    var stream = RandomStream(seed, .configuration, 5, index)
    let locator = Self.parentLocator(seed, index)
    self.init(
      over: MemoryImage(Self.layout(&stream, locator)),
      random: RandomStream(seed, .workload, 5, index))
  }

  /// A few of the dynamic images are differencing ones. A stream of its own, so that the others are what they would
  /// be without these.
  private static func parentLocator(_ seed: Seed, _ index: UInt64) -> ParentLocator? {
    var stream = RandomStream(seed, .configuration, 7, index)
    guard stream.chance(1, of: 12) else { return nil }
    let parent = GUID(low: stream.next(), high: stream.next())
    return try? ParentLocator(
      dataWriteGUID: parent, paths: [.init(key: "relative_path", value: "parent.vhdx")])
  }

  private static func layout(
    _ stream: inout RandomStream, _ parentLocator: ParentLocator?
  ) -> VHDXLayout {
    func guid() -> GUID { GUID(low: stream.next(), high: stream.next()) }
    let identity = ImageIdentity(
      fileWriteGUID: guid(), dataWriteGUID: guid(), virtualDiskID: guid())
    let isFixed = stream.chance(1, of: 4)
    let sector = stream.pick([(UInt32(512), 3), (4096, 1)])
    let blockByteCount = stream.pick([(UInt32(1 << 20), 3), (2 << 20, 1), (32 << 20, 1)])
    // A table of 512 blocks takes a sector: the larger disks have several, the largest many.
    let diskByteCount: UInt64 =
      isFixed
      ? stream.pick([8 << 20, 20 << 20])
      : stream.pick([1 << 20, 64 << 20, 2 << 30, 8 << 30, 1 << 40])
    guard
      let layout = try? VHDXLayout(
        virtualDiskByteCount: diskByteCount, isFixed: isFixed, blockByteCount: blockByteCount,
        logicalSectorByteCount: sector, physicalSectorByteCount: sector, identity: identity,
        parentLocator: isFixed ? nil : parentLocator)
    else { preconditionFailure("parameters that the format allows") }
    return layout
  }
}
