import Bytes
import CJournal
import WriteLog

/// Writes into `joint.txt` what is done to names.
struct NameLines {
  private(set) var table: NameTable
  private let joint: JointOrder
  private let numbers: NodeNumbers
  private let watched: FilePath
  private let isIgnored: (FilePath) -> Bool

  init(
    _ table: NameTable, in joint: JointOrder, numbers: NodeNumbers, watched: FilePath,
    isIgnored: @escaping (FilePath) -> Bool
  ) {
    self.table = table
    self.joint = joint
    self.numbers = numbers
    self.watched = watched
    self.isIgnored = isIgnored
  }

  /// Takes a call on names that has succeeded.
  mutating func change(_ record: JournalRecord, by call: CallTable.Call? = nil) throws {
    guard table.apply(record), let line = line(record) else { return }
    if record.paths.prefix(record.pathCount).allSatisfy(isIgnored) { return }
    try joint.add(line, by: call)
  }

  func sync(folder path: FilePath, by call: CallTable.Call?) throws {
    try joint.add(.syncFolder(relative(path)), by: call)
  }

  private func line(_ record: JournalRecord) -> JointLine? {
    let paths = record.paths
    guard let first = paths.first else { return nil }
    let path = relative(first)
    let second = paths.count > 1 ? paths[1] : FilePath("")
    switch pcj_kind(record.kind) {
    case PCJ_CREATE:
      let node = record.key.map { numbers.number(of: $0) } ?? numbers.new()
      return .create(node: node, mode: record.mode, path)
    case PCJ_MAKE_FOLDER: return .makeFolder(node: numbers.new(), mode: record.mode, path)
    case PCJ_SYMLINK: return .symlink(node: numbers.new(), path, target: second)
    case PCJ_RENAME:
      return record.hasFlag(PCJ_EXCHANGES)
        ? .exchange(path, relative(second)) : .rename(from: path, to: relative(second))
    case PCJ_LINK: return .link(from: path, to: relative(second))
    case PCJ_UNLINK: return .unlink(path)
    case PCJ_REMOVE_FOLDER: return .removeFolder(path)
    case PCJ_MODE: return .mode(record.mode, path)
    default: return nil
    }
  }

  /// A name outside of the watched folder stays absolute.
  private func relative(_ path: FilePath) -> FilePath { path.relative(to: watched) ?? path }
}
