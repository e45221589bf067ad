import Bytes
import Scheduling
import VHDX

/// A dirty image made up from a seed: one of several clean ones, with a log over it.
public struct DirtyImage {
  public let file: MemoryImage
  /// How it came about, line by line.
  public let notes: [String]
  /// How many entries were put into the log.
  public let entryCount: Int

  /// Around which length the made-up targets lie that are too far; a file can be made longer.
  static let farByteCount: UInt64 = 48 << 20

  /// - Parameter index: which of the images of a seed.
  public init(seed: Seed, index: UInt64) {
    var stream = RandomStream(seed, .configuration, 5, index)
    file = MemoryImage(Self.layout(&stream))
    let byteCount = file.byteCount
    guard let current = try? HeaderPair(reading: file).current(fileByteCount: byteCount) else {
      preconditionFailure("a new image has a current header")
    }
    var generator = RecoveryCaseGenerator(
      base: current, baseByteCount: byteCount, limitByteCount: Self.farByteCount,
      random: RandomStream(seed, .workload, 5, index))
    let made = generator.next()
    made.apply(to: file)
    notes = made.notes
    entryCount = made.notes.count { $0.hasPrefix("sector ") }
  }

  private static func layout(_ stream: inout RandomStream) -> VHDXLayout {
    func guid() -> GUID { GUID(low: stream.next(), high: stream.next()) }
    let identity = ImageIdentity(
      fileWriteGUID: guid(), dataWriteGUID: guid(), virtualDiskID: guid())
    let isFixed = stream.chance(1, of: 4)
    let sector = stream.pick([(UInt32(512), 3), (4096, 1)])
    let blockByteCount = stream.pick([(UInt32(1 << 20), 3), (2 << 20, 1), (32 << 20, 1)])
    let diskByteCount: UInt64 =
      isFixed ? stream.pick([8 << 20, 20 << 20]) : stream.pick([1 << 20, 64 << 20, 1 << 40])
    guard
      let layout = try? VHDXLayout(
        virtualDiskByteCount: diskByteCount, isFixed: isFixed, blockByteCount: blockByteCount,
        logicalSectorByteCount: sector, physicalSectorByteCount: sector, identity: identity)
    else { preconditionFailure("parameters that the format allows") }
    return layout
  }
}
