import Glibc

/// How full the file system of a path is.
public enum FreeSpace {
  /// How many bytes can still be written there; `nil` where the system does not say.
  public static func byteCount(at path: String) -> UInt64? {
    var status = statvfs()
    let outcome = SystemCall.retrying { unsafe statvfs(path, &status) }
    guard outcome == 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
      by: UInt64(status.f_frsize))
    return overflow ? .max : bytes
  }
}
