extension OverlayImage {
  /// Where the file can be another one than ``base``: sorted and apart, in whole 4096-byte sectors
  /// but for the end of 64 bits. A change of the length counts where it cuts off.
  package var touched: [ByteRange] {
    var byteCount = base.byteCount
    var ranges: [ByteRange] = []
    for change in changes {
      switch change {
      case .write(let byteOffset, let bytes):
        let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
        ranges.append(range)
        byteCount = max(byteCount, range.endByteOffset)
      case .zero(let range):
        ranges.append(range)
        byteCount = max(byteCount, range.endByteOffset)
      case .resize(let newByteCount):
        if newByteCount < byteCount {
          ranges.append(
            ByteRange(byteOffset: newByteCount, byteCount: byteCount - newByteCount))
        }
        byteCount = newByteCount
      case .flush: break
      }
    }
    return Self.merged(ranges)
  }

  /// The ranges in whole sectors, sorted, those that touch as one.
  package static func merged(_ ranges: [ByteRange]) -> [ByteRange] {
    let sector = UInt64(4096)
    let rounded = ranges.filter { !$0.isEmpty }.map { range in
      let start = range.byteOffset / sector * sector
      let rest = (sector - range.endByteOffset % sector) % sector
      let (end, overflow) = range.endByteOffset.addingReportingOverflow(rest)
      return ByteRange(byteOffset: start, byteCount: (overflow ? .max : end) - start)
    }.sorted { $0.byteOffset < $1.byteOffset }
    var merged: [ByteRange] = []
    for range in rounded {
      if let last = merged.last, range.byteOffset <= last.endByteOffset {
        let end = max(last.endByteOffset, range.endByteOffset)
        merged[merged.count - 1].byteCount = end - last.byteOffset
      } else {
        merged.append(range)
      }
    }
    return merged
  }
}

extension OverlayImage {
  /// Does again what was done to another file.
  package func apply(_ change: ImageChange) {
    switch change {
    case .write(let byteOffset, let bytes): write(bytes, at: byteOffset)
    case .zero(let range): zero(range)
    case .resize(let byteCount): resize(toByteCount: byteCount)
    case .flush: flush()
    }
  }
}
