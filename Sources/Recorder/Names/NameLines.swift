import CJournal

/// Writes into `joint.txt` what is done to names, and whatever else a reader needs to know which file each
/// of them stands for.
struct NameLines {
  private(set) var table: NameTable
  private let joint: JointOrder
  private let files: FileTable

  init(_ table: NameTable, in joint: JointOrder, of files: FileTable) {
    self.table = table
    self.joint = joint
    self.files = files
  }

  private static let nameActions: [UInt32: String] = [
    PCJ_CREATE.rawValue: "create", PCJ_RENAME.rawValue: "rename", PCJ_LINK.rawValue: "link",
    PCJ_UNLINK.rawValue: "unlink", PCJ_MAKE_FOLDER.rawValue: "mkdir",
    PCJ_REMOVE_FOLDER.rawValue: "rmdir", PCJ_SYMLINK.rawValue: "symlink",
  ]

  /// Says in `joint.txt` what a name stands for that is about to be changed, where its lines do not.
  ///
  /// - Parameter isBelow: whether it is a folder above it that is changed: then no other line names it.
  private mutating func tell(_ path: String, isBelow: Bool) throws {
    switch table[path] {
    case .file(let key?)?:
      if let file = files.file(key) {
        try tell(file, isAt: path, always: isBelow)
      } else if table.mention(path) != nil {
        try joint.names("has-file", [path])
      }
    case .folder? where table.mention(path) != nil: try joint.names("has-folder", [path])
    case .link(let target)? where table.mention(path) != nil:
      try joint.names("has-symlink", [path], plain: target)
    default: break
    }
  }

  /// Says which recording a name belongs to, unless the lines leave no doubt.
  private mutating func tell(
    _ file: RecordedFile, isAt path: String, always: Bool = false
  ) throws {
    if file.isNamed || file.hasEntries { return }
    if !always, file.path == path, table.isUnambiguous(path) { return }
    file.isNamed = true
    try joint.recording(file.name, isAt: path)
  }

  /// To be called before the first entry of a file.
  mutating func tellName(of file: RecordedFile) throws {
    if file.isNamed || file.hasEntries { return }
    if let path = table.path(of: file.key) { try tell(file, isAt: path) }
  }

  /// Takes a call on names that has succeeded.
  mutating func change(_ record: JournalRecord) throws {
    guard let action = Self.nameActions[record.kind] else { return }
    let texts = record.texts.filter { !$0.isEmpty }
    for path in table.names(in: record) { try tell(path, isBelow: !texts.contains(path)) }
    if let path = table.lostName(in: record), case .file(let key?)? = table[path],
      let file = files.file(key), !file.isNamed, !file.hasEntries
    {
      // Written to once it has no name, or with a write that still waits for the end of a flush, it could not
      // be told any more.
      file.isNamed = true
      try joint.recording(file.name, isAt: path)
    }
    guard table.apply(record) else { return }
    // What a link says is no path of ours.
    let isLink = record.isKind(PCJ_SYMLINK)
    try joint.names(
      action, isLink ? Array(texts.prefix(1)) : texts, plain: isLink ? texts.last : nil)
  }
}
