import Bytes
import Host
import TestSupport
import VDI

/// An image with data in it, made from a seed: created by the real program or by us, written by the
/// real program.
struct SeededVDI {
  let path: String
  let isOurs: Bool
  let isStatic: Bool
  let discardedEntryIndex: UInt64?
  private(set) var commands: [String] = []

  init(seed: UInt64, at path: String) throws {
    self.path = path
    var random = SeededNumbers(seed: seed)
    isOurs = seed % 2 == 0
    isStatic = seed % 8 >= 6
    let byteCount = (4 << 20) + random.next() % (12 << 11) * 512
    if isOurs {
      try VDIFiles.write(Self.layout(byteCount, isStatic, &random), to: path)
    } else {
      let options = "static=\(isStatic ? "on" : "off")"
      try Peer.qemuImage.run(["create", "-q", "-f", "vdi", "-o", options, path, "\(byteCount)"])
    }
    commands = (0..<3 + random.next() % 8).map { _ in Self.command(byteCount, &random) }
    try Peer.qemuIO.run(["-f", "vdi"] + commands.flatMap { ["-c", $0] } + [path])
    discardedEntryIndex =
      !isStatic && seed % 3 == 0 ? try Self.discardNewestBlock(of: path) : nil
  }

  private static func layout(
    _ byteCount: UInt64, _ isStatic: Bool, _ random: inout SeededNumbers
  ) throws -> VDILayout {
    try VDILayout(
      virtualDiskByteCount: byteCount, isStatic: isStatic,
      identity: VDIIdentity(
        imageUUID: GUID(low: random.next(), high: random.next()),
        lastSnapshotUUID: GUID(low: random.next(), high: random.next())))
  }

  private static func command(_ byteCount: UInt64, _ random: inout SeededNumbers) -> String {
    let sectorCount = byteCount / 512
    let start = random.next() % sectorCount
    let longest = random.next() % 3 == 0 ? 4096 : 64 as UInt64
    let count = min(1 + random.next() % longest, sectorCount - start)
    let place = "\(start * 512) \(count * 512)"
    switch random.next() % 8 {
    case 0: return "write -z \(place)"
    case 1: return "discard \(place)"
    case 2: return "flush"
    default: return "write -P \(1 + random.next() % 255) \(place)"
    }
  }

  /// Does what VirtualBox does and QEMU does not: takes the block that was allocated last out of
  /// the map again.
  private static func discardNewestBlock(of path: String) throws -> UInt64? {
    let image = try VDIImage(reading: VDIFiles.map(path))
    let count = image.header.allocatedBlockCount
    guard count > 0 else { return nil }
    var newest: UInt64?
    image.blockMap.forEachEntry { entryIndex, entry in
      if entry == .block(count - 1) { newest = entryIndex }
    }
    guard let newest else { return nil }
    try VDIFiles.patch(path, [254, 255, 255, 255], at: 512 + newest * 4)
    try VDIFiles.patch(path, QEMUVDI.littleEndian(count - 1), at: 388)
    return newest
  }
}
