import Bytes

/// Bytes and hashes of units, wherever they stand.
struct UnitHasher: Sendable {
  let log: ByteRegion?
  let base: ByteRegion?

  func hash(_ source: UnitSource) -> Digest128 {
    guard source.origin != .zero else { return StateSum.zeroUnitHash }
    if source.keptByteCount == StateSum.unitByteCount, let region = region(source.origin) {
      return Checksum.xxh3Wide(
        region, in: source.byteOffset..<source.byteOffset + StateSum.unitByteCount)
    }
    return Checksum.xxh3Wide(bytes(source))
  }

  func bytes(_ source: UnitSource) -> [UInt8] {
    guard let region = region(source.origin) else {
      return [UInt8](repeating: 0, count: StateSum.unitByteCount)
    }
    let kept = region.bytes(in: source.byteOffset..<source.byteOffset + source.keptByteCount)
    return kept + [UInt8](repeating: 0, count: StateSum.unitByteCount - kept.count)
  }

  func contents(_ source: UnitSource) -> UnitContents {
    if source.origin == .zero { return .zero }
    if source.keptByteCount < StateSum.unitByteCount { return .bytes(bytes(source)) }
    return source.origin == .log
      ? .log(byteOffset: source.byteOffset) : .base(byteOffset: source.byteOffset)
  }

  func region(_ origin: UnitSource.Origin) -> ByteRegion? {
    switch origin {
    case .zero: nil
    case .log: log
    case .base: base
    }
  }
}
