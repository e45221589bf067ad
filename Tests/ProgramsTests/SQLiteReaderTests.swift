import Host
import TestSupport
import Testing

@testable import Programs

/// What `sqlite3` is taken to say of databases that it, `printf` and `dd` have made.
@Suite struct SQLiteReaderTests {
  private let folder: TemporaryFolder
  private let reader = SQLiteReader(executable: SQLiteRun.executableName)

  init() throws { folder = try TemporaryFolder() }

  /// A database with a table and an index as runs have them, and rows of some 40 pages.
  private func database(_ name: String, rows: String = "") throws -> String {
    let path = folder.path(name)
    try shell(
      """
      sqlite3 -batch -init /dev/null '\(path)' 'PRAGMA page_size=512; CREATE TABLE t(id INTEGER \
      PRIMARY KEY, txn INTEGER, payload TEXT); CREATE INDEX t_txn ON t(txn); \(rows)'
      """)
    return path
  }

  private static let many =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<90) "
    + "INSERT INTO t SELECT i, i%7, printf(\"%.*c\", 200, \"x\") FROM n;"

  @Test func rowsAreReadInTheirOrder() throws {
    let path = try database("db", rows: "INSERT INTO t VALUES(2,1,\"b\"),(1,2,\"a\");")
    let other = try database("other", rows: "INSERT INTO t VALUES(3,3,\"@@ end\");")
    let empty = try database("empty")
    #expect(
      try reader.read([path, empty, path]) == [
        .rows(Array("1|2|a\n2|1|b\n".utf8)), .rows([]), .rows(Array("1|2|a\n2|1|b\n".utf8)),
      ])
    #expect(try reader.read(alone: path) == .rows(Array("1|2|a\n2|1|b\n".utf8)))
    // A row that looks like a mark hides nothing of the others.
    #expect(try reader.read([other, path])[1] == .rows(Array("1|2|a\n2|1|b\n".utf8)))
    #expect(try reader.read([other])[0] == nil)
  }

  @Test func nothingIsThereBeforeTheTable() throws {
    try shell(": > '\(folder.path("zero"))'; mkdir '\(folder.path("none"))'")
    let paths = [folder.path("zero"), folder.path("none/db")]
    #expect(try reader.read(paths) == [.rows(nil), .rows(nil)])
    for path in paths { #expect(try reader.read(alone: path) == .rows(nil)) }
  }

  @Test(arguments: [
    // A page of the table, the index's first page, the header.
    ("dd if=/dev/zero bs=512 seek=9 count=1 conv=notrunc", "malformed"),
    ("printf X | dd bs=1 seek=1030 conv=notrunc", "sqlite3: "),
    ("printf none | dd bs=1 conv=notrunc", "not a database"),
  ])
  func damageIsFoundAndSaid(how: String, said: String) throws {
    let sound = try database("sound", rows: Self.many)
    let damaged = try database("damaged", rows: Self.many)
    try shell("\(how) of='\(damaged)' 2>/dev/null")
    let answers = try reader.read([sound, damaged, sound])
    #expect(answers[0] == answers[2])
    #expect(answers[0] != nil)
    #expect(answers[1] == nil || answers[1] != answers[0])
    guard case .broken(let lines) = try reader.read(alone: damaged) else {
      Issue.record("\(how) is not found")
      return
    }
    #expect(lines.contains { $0.contains(said) }, "\(lines)")
  }

  /// Rows that are in the table and not in its index.
  @Test func aStaleIndexIsFound() throws {
    let path = try database("db", rows: Self.many)
    try shell(
      """
      sqlite3 -batch -init /dev/null '\(path)' 'PRAGMA writable_schema=ON; UPDATE sqlite_schema SET \
      rootpage=(SELECT rootpage FROM sqlite_schema WHERE name="t") WHERE name="t_txn";' || true
      """)
    #expect(try reader.read([path]) == [nil])
    if case .rows = try reader.read(alone: path) { Issue.record("it is not found") }
  }

  @Test func aProgramThatIsNotThereIsAnError() {
    #expect(throws: HostError.self) {
      try SQLiteReader(executable: "/no/such/sqlite3").read([folder.path("db")])
    }
  }
}
