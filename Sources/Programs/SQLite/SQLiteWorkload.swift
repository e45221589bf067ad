import Scheduling
import Stacks

/// What a client of SQLite does in the run of a seed: transactions on one table, of sizes that change one
/// page or many, with few pages of cache so that changes reach the files before the commit; and what the
/// table holds after each of them.
///
/// Every row tells which transaction wrote it, so no two prefixes of the transactions leave the same rows.
struct SQLiteWorkload: Sendable {
  static let tableName = "t"

  struct Transaction: Sendable {
    var statements: [String]
    var isRolledBack: Bool
  }

  let pageByteCount: Int
  let cachePageCount: Int
  /// Pages in the write-ahead log at which it is brought into the database.
  let checkpointPageCount: Int
  /// The first makes the table.
  let transactions: [Transaction]
  /// The rows after the first so many commits, as ``SQLiteReader`` reads them; the first are of no table.
  let rowsAfterCommits: [[UInt8]?]

  init(seed: Seed) {
    var stream = RandomStream(seed, .workload)
    pageByteCount = stream.pick([512, 1024, 4096])
    cachePageCount = stream.next(in: 4...12)
    checkpointPageCount = stream.pick([2, 8, 30, 1000])
    var table = SQLiteTable(transaction: 1)
    var transactions = [
      Transaction(
        statements: [
          "CREATE TABLE t(id INTEGER PRIMARY KEY, txn INTEGER, payload TEXT)",
          "CREATE INDEX t_txn ON t(txn)",
        ], isRolledBack: false)
    ]
    var rows: [[UInt8]?] = [nil, table.text]
    for number in 2...stream.next(in: 4...8) {
      var changed = table
      changed.transaction = number
      let statements = (0..<stream.next(in: 1...6)).map { _ in changed.change(&stream) }
      // The last statement always leaves a row of this transaction.
      let last = changed.insert(&stream)
      let isRolledBack = stream.chance(1, of: 5)
      transactions.append(Transaction(statements: statements + [last], isRolledBack: isRolledBack))
      if isRolledBack { continue }
      table = changed
      rows.append(table.text)
    }
    self.transactions = transactions
    rowsAfterCommits = rows
  }

  var commitCount: Int { rowsAfterCommits.count - 1 }

  /// What is given to the `sqlite3` shell.
  ///
  /// - Parameter acknowledge: the statement that tells that so many commits have returned.
  func script(_ setup: SQLiteSetup, acknowledge: (Int) -> String) -> String {
    var lines = [
      ".bail on", ".output /dev/null", "PRAGMA page_size=\(pageByteCount);",
      "PRAGMA journal_mode=\(setup.journalMode);", "PRAGMA synchronous=\(setup.synchronous);",
      "PRAGMA cache_size=\(cachePageCount);",
      "PRAGMA wal_autocheckpoint=\(checkpointPageCount);",
    ]
    var commitCount = 0
    for transaction in transactions {
      lines.append("BEGIN;")
      lines += transaction.statements.map { $0 + ";" }
      lines.append(transaction.isRolledBack ? "ROLLBACK;" : "COMMIT;")
      if !transaction.isRolledBack {
        commitCount += 1
        lines.append(acknowledge(commitCount))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The rows of the table, as SQLite must have them.
private struct SQLiteTable {
  private static let identifierCount = 24

  var transaction: Int
  private var rows: [Int: (transaction: Int, payload: String)] = [:]

  init(transaction: Int) {
    self.transaction = transaction
  }

  /// As `SELECT … ORDER BY id` prints them.
  var text: [UInt8] {
    rows.sorted { $0.key < $1.key }.flatMap {
      Array("\($0.key)|\($0.value.transaction)|\($0.value.payload)\n".utf8)
    }
  }

  /// Changes a row, or several, and returns the statement that does it.
  mutating func change(_ stream: inout RandomStream) -> String {
    switch stream.next(below: 6) {
    case 0: delete(&stream)
    case 1: updateMany(&stream)
    case 2 where !rows.isEmpty: update(&stream)
    default: insert(&stream)
    }
  }

  /// One row, new or in the place of another.
  mutating func insert(_ stream: inout RandomStream) -> String {
    let identifier = stream.next(in: 1...Self.identifierCount)
    let payload = payload(identifier, &stream)
    rows[identifier] = (transaction, payload)
    return "INSERT OR REPLACE INTO t VALUES(\(identifier),\(transaction),'\(payload)')"
  }

  private mutating func update(_ stream: inout RandomStream) -> String {
    let identifier = stream.pick(rows.keys.sorted())
    let payload = payload(identifier, &stream)
    rows[identifier] = (transaction, payload)
    return "UPDATE t SET txn=\(transaction), payload='\(payload)' WHERE id=\(identifier)"
  }

  /// Every row from one on: many pages at once.
  private mutating func updateMany(_ stream: inout RandomStream) -> String {
    let first = stream.next(in: 1...Self.identifierCount)
    let payload = payload(0, &stream)
    for identifier in rows.keys.sorted() where identifier >= first {
      rows[identifier] = (transaction, payload)
    }
    return "UPDATE t SET txn=\(transaction), payload='\(payload)' WHERE id>=\(first)"
  }

  private mutating func delete(_ stream: inout RandomStream) -> String {
    let first = stream.next(in: 1...Self.identifierCount)
    let last = first + stream.next(below: 4)
    for identifier in first...last { rows[identifier] = nil }
    return "DELETE FROM t WHERE id BETWEEN \(first) AND \(last)"
  }

  /// Tells transaction and row over and over, from a few bytes to more than a page.
  private func payload(_ identifier: Int, _ stream: inout RandomStream) -> String {
    let word = "t\(transaction)r\(identifier)."
    let byteCount = stream.pick([8, 60, 300, 1200, 5000])
    return String(repeating: word, count: byteCount / word.utf8.count + 1)
  }
}
