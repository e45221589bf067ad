import Glibc

/// Who may read a copy: nobody who may not read what it was made of.
///
/// The bits are a request as those of open(2) are: the umask takes away from them.
package struct CopyMode: Equatable, Sendable {
  /// Permissions of a file with the copy, `0o600` to `0o666`: the owner always reads and writes it.
  package let fileBits: UInt32
  /// Permissions of a folder with such files.
  package var folderBits: UInt32 { fileBits | (fileBits & 0o444) >> 2 }

  /// Of what holds nothing of anybody's.
  package static let unrestricted = CopyMode(fileBits: 0o666)

  init(fileBits: UInt32) { self.fileBits = fileBits & 0o666 | 0o600 }

  /// Of a copy of a file, or of a list of what is in a folder. What cannot be looked at is taken to be its
  /// owner's alone.
  ///
  /// Who cannot enter a folder above it cannot read it either. What its group may do is nothing for another
  /// group, which the copy may get.
  package init(ofCopyOf path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, let absolute = try? Paths.absolute(path) else {
      self.init(fileBits: 0o600)
      return
    }
    var bits = status.st_mode
    if status.st_gid != getegid() { bits = Self.withoutGroup(bits) }
    for (place, character) in absolute.utf8.enumerated().dropFirst()
    where character == UInt8(ascii: "/") {
      bits &= Self.bitsLeft(below: String(decoding: absolute.utf8.prefix(place), as: UTF8.self))
    }
    self.init(fileBits: bits)
  }

  /// Who may read both.
  package func and(_ other: CopyMode) -> CopyMode {
    CopyMode(fileBits: fileBits & other.fileBits)
  }

  /// Takes permissions away from a file or a folder that is there already.
  package func restrict(_ path: String) {
    guard let bits = FileModes.permissions(of: path) else { return }
    let left = bits & (folderBits | 0o7000)
    if left != bits { _ = unsafe chmod(path, left) }
  }

  /// A group that may do no more than everybody.
  private static func withoutGroup(_ bits: UInt32) -> UInt32 {
    bits & ~0o070 | bits & (bits & 0o007) << 3
  }

  private static func bitsLeft(below folder: String) -> UInt32 {
    var status = stat()
    guard unsafe stat(folder, &status) == 0 else { return 0o700 }
    let bits = status.st_gid == getegid() ? status.st_mode : withoutGroup(status.st_mode)
    return 0o700 | (bits & 0o010 != 0 ? 0o070 : 0) | (bits & 0o001 != 0 ? 0o007 : 0)
  }
}
