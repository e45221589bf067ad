import Bytes
import Glibc

/// Compares two folders with all that is below them: names, kinds, permissions, lengths, bytes, what links say.
package enum FolderTwins {
  /// The first difference, in words; `nil` where there is none.
  ///
  /// - Throws: ``HostError`` where one cannot be read.
  package static func difference(_ one: FilePath, _ other: FilePath) throws -> String? {
    let statuses = (try status(one), try status(other))
    guard statuses.0.st_mode == statuses.1.st_mode else {
      return "'\(one)' has other permissions than '\(other)', or is something else"
    }
    if statuses.0.isFolder { return try differenceOfFolders(one, other) }
    guard statuses.0.isRegularFile else {
      return try target(one) == target(other) ? nil : "'\(one)' leads elsewhere than '\(other)'"
    }
    guard statuses.0.st_size == statuses.1.st_size else {
      return "'\(one)' has \(statuses.0.st_size) bytes, '\(other)' \(statuses.1.st_size)"
    }
    if statuses.0.st_size == 0 { return nil }
    let isEqual = try one.withText { one in
      try other.withText { other in
        let (one, other) = (try MappedFile.map(one), try MappedFile.map(other))
        return one.hasTheBytes(of: other, from: 0, in: 0..<one.byteCount)
      }
    }
    return isEqual ? nil : "'\(one)' holds other bytes than '\(other)'"
  }

  private static func differenceOfFolders(
    _ one: FilePath, _ other: FilePath
  ) throws -> String? {
    let names = (try Folders.names(in: one), try Folders.names(in: other))
    guard names.0 == names.1 else {
      let only = Set(names.0).symmetricDifference(names.1).sorted().first
      return "'\(only.map { "\($0)" } ?? "")' is in one of '\(one)' and '\(other)' only"
    }
    for name in names.0 {
      if let found = try difference(one.appending(name), other.appending(name)) { return found }
    }
    return nil
  }

  private static func status(_ path: FilePath) throws(HostError) -> stat {
    var status = stat()
    let outcome = unsafe path.withCString { path in unsafe lstat(path, &status) }
    guard outcome == 0 else { throw HostError("look at", "\(path)", errorNumber: errno) }
    return status
  }

  private static func target(_ path: FilePath) throws(HostError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe path.withCString { path in
      unsafe bytes.withUnsafeMutableBytes { bytes in
        guard let start = unsafe bytes.bindMemory(to: CChar.self).baseAddress else { return 0 }
        return unsafe readlink(path, start, bytes.count)
      }
    }
    guard count >= 0 else { throw HostError("look at", "\(path)", errorNumber: errno) }
    return Array(bytes.prefix(count))
  }
}
