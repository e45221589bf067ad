import Glibc

/// How full the file system of a path is.
package enum FreeSpace {
  /// Less than this can make a sound image look bad to a program that has to write.
  private static let neededByteCount: UInt64 = 1 << 20

  /// What to be told where the disk of a folder is so full that no program which writes there can be believed;
  /// `nil` where it is not, or the system does not say.
  package static func shortage(at path: String) -> HostError? {
    guard let byteCount = byteCount(at: path), byteCount < neededByteCount else { return nil }
    return HostError(
      "believe a program that writes to", path, found: "the disk is full",
      hint: "Free some space, or set TMPDIR to a folder on another disk.")
  }

  /// How many bytes can still be written there; `nil` where the system does not say.
  package static func byteCount(at path: String) -> UInt64? {
    var status = statvfs()
    let outcome = SystemCall.retrying { unsafe statvfs(path, &status) }
    guard outcome == 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
      by: UInt64(status.f_frsize))
    return overflow ? .max : bytes
  }
}
