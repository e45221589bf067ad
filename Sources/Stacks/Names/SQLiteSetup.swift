/// How SQLite is told to keep a database, and what it promises then.
///
/// Source: https://sqlite.org/pragma.html#pragma_synchronous and https://sqlite.org/wal.html.
package enum SQLiteSetup: Hashable, Sendable {
  /// Each commit is in the write-ahead log, synced.
  case walFull
  /// The log is synced when a checkpoint begins: a commit may be lost, and the database is never damaged.
  case walNormal
  /// A rollback journal that is removed to commit; the folder is synced after that.
  case deleteExtra
  /// The same without a sync of the folder: the journal may come back after the power failed, and undo
  /// the commit. SQLite says so of FULL.
  case deleteFull
  /// Nothing is synced: SQLite says that the database may be damaged.
  case off

  package var journalMode: String {
    switch self {
    case .walFull, .walNormal: "WAL"
    case .deleteExtra, .deleteFull, .off: "DELETE"
    }
  }

  package var synchronous: String {
    switch self {
    case .walFull, .deleteFull: "FULL"
    case .walNormal: "NORMAL"
    case .deleteExtra: "EXTRA"
    case .off: "OFF"
    }
  }

  /// Whether an acknowledged commit must be there after a power cut. Where SQLite's own documentation says
  /// that it may not be (``deleteFull``, ``off``) it is asked for all the same: the loss is what such a run
  /// is to show. Only of ``walNormal`` no more is asked than that what is there is whole.
  package var promisesDurability: Bool { self != .walNormal }
}
