/// What a file system promises about changes of names and permissions, beyond what every one must.
package enum Persona: String, CaseIterable, Sendable {
  /// The letter of POSIX: a change is durable once the folder that it is made in was synced, and until then
  /// each is lost or kept by itself, in any order.
  case posix
  /// What file systems with a journal have in common: a sync of a file or folder brings its own names and
  /// permissions and all changes before them, fdatasync only the name that the file was made under; and of what is
  /// not durable the first so many are kept.
  case ordered
  /// ext4's one journal: fsync brings all changes up to the last one of the file or folder, and to write is one, too;
  /// fdatasync those up to where the file was made, or its length changed.
  case ext4
}
