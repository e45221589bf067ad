import CJournal
import Glibc

/// Who may be changing a file right now.
enum FileWriters {
  // The C library shows them only to programs that define _GNU_SOURCE; the same on every machine.
  private static let setLease: Int32 = 1024
  private static let setSignal: Int32 = 10

  /// File systems of this machine that tell of each change by the file's times, and of each writer by a lease: what
  /// other machines change, or a process of its own, is not known at once.
  private static let knownSystems: Set<UInt64> = [
    0xEF53,  // ext2, ext3, ext4
    0x5846_5342,  // XFS
    0x9123_683E,  // btrfs
    0xF2F5_2010,  // F2FS
    0x0102_1994,  // tmpfs
  ]

  /// Whether the file's times tell surely that it was changed.
  static func areTold(of descriptor: Int32) -> Bool {
    knownSystems.contains(pcj_file_system(descriptor))
  }

  /// Whether nobody has the file open to write to it, or mapped so: the kernel gives a lease for reading only then.
  ///
  /// - Parameter descriptor: open for reading alone. Who is not the file's owner is given no lease.
  static func areAbsent(from descriptor: Int32) -> Bool {
    // Who opens the file in this moment has us told by a signal, which ends nobody.
    _ = fcntl(descriptor, setSignal, SIGURG)
    guard fcntl(descriptor, setLease, Int32(F_RDLCK)) == 0 else { return false }
    _ = fcntl(descriptor, setLease, Int32(F_UNLCK))
    return true
  }
}
