import Bytes

/// From which files a process has its code, as it has told last.
struct LoadedCode {
  private struct Range {
    var addresses: Swift.Range<UInt64>
    var byteOffset: UInt64
    var inode: UInt64
    var path: FilePath
  }

  private var ranges: [Range] = []

  /// - Parameter bytes: lines of /proc/PID/maps; what is none is passed over.
  init(_ bytes: [UInt8]) {
    ranges = bytes.split(separator: UInt8(ascii: "\n")).compactMap { Self.range($0) }
  }

  /// `7f00-7fff r-xp 00001000 fe:00 1234   /usr/bin/program`.
  private static func range(_ line: ArraySlice<UInt8>) -> Range? {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
    guard words.count == 6, let slash = words[5].firstIndex(of: UInt8(ascii: "/")) else {
      return nil
    }
    let ends = words[0].split(separator: UInt8(ascii: "-")).compactMap { hexadecimal($0) }
    guard ends.count == 2, ends[0] < ends[1], let byteOffset = hexadecimal(words[2]),
      let inode = UInt64(String(decoding: words[4], as: UTF8.self))
    else { return nil }
    return Range(
      addresses: ends[0]..<ends[1], byteOffset: byteOffset, inode: inode,
      path: FilePath(words[5][slash...]))
  }

  private static func hexadecimal(_ word: ArraySlice<UInt8>) -> UInt64? {
    UInt64(String(decoding: word, as: UTF8.self), radix: 16)
  }

  /// The file that has the code at an address, and where in it; `nil` for code from no file.
  func place(of address: UInt64) -> (path: FilePath, inode: UInt64, byteOffset: Int)? {
    guard let range = ranges.first(where: { $0.addresses.contains(address) }) else { return nil }
    let (sum, overflow) = range.byteOffset.addingReportingOverflow(
      address - range.addresses.lowerBound)
    guard !overflow, let byteOffset = Int(exactly: sum) else { return nil }
    return (range.path, range.inode, byteOffset)
  }
}
