import CJournal

/// What tells a file from all others that were ever there, whatever its name: a removed file's inode
/// number is given to another one, but not with the same time of birth.
struct FileKey: Hashable {
  var device: UInt64
  var inode: UInt64
  var birthSeconds: UInt64
  var birthNanoseconds: UInt32

  init(_ identity: pcj_identity_of_file) {
    device = identity.device
    inode = identity.inode
    birthSeconds = identity.birth_seconds
    birthNanoseconds = identity.birth_nanoseconds
  }

  init(_ record: JournalRecord) { self.init(record.fields) }

  init(_ fields: pcj_record) {
    device = fields.device
    inode = fields.inode
    birthSeconds = fields.birth_seconds
    birthNanoseconds = fields.birth_nanoseconds
  }
}
