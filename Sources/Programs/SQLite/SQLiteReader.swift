import Host

/// Opens databases with the `sqlite3` program and says what it finds: many in one process, since starting
/// one takes longer than all the rest.
struct SQLiteReader: Sendable {
  /// What SQLite says of one database.
  enum Answer: Hashable, Sendable {
    /// It is sound, and holds these rows; `nil` where there is no table yet.
    case rows([UInt8]?)
    /// It cannot be opened or read, or `PRAGMA integrity_check` finds fault with it; a line each.
    case broken([String])
  }

  private static let mark = "@@"
  private static let noTable = "no such table: \(SQLiteWorkload.tableName)"
  private static let timeLimit = Duration.seconds(60)
  private static let keptLineCount = 6
  private static let keptCharacterCount = 200

  /// A file, or a name that is looked for on PATH.
  let executable: String

  /// Reads the database of each folder. What SQLite does to it on the way, such as rolling back a journal
  /// that it finds, changes the folder: what does not look sound has to be asked again alone, in a fresh
  /// copy (``read(alone:)``).
  ///
  /// - Parameter paths: of database files.
  /// - Returns: `nil` for those of which no sound answer came.
  /// - Throws: ``HostError`` where the program cannot be started.
  func read(_ paths: [String]) throws -> [Answer?] {
    let answers = Self.answers(in: try run(paths).output)
    return paths.indices.map { $0 < answers.count ? answers[$0] : nil }
  }

  /// Reads one database, with what SQLite says of errors.
  ///
  /// - Throws: ``HostError`` where the program cannot be started.
  func read(alone path: String) throws -> Answer {
    let outcome = try run([path])
    if let answer = Self.answers(in: outcome.output).first, let answer {
      let isWhole = outcome.status == .exited(0) && outcome.errors.isEmpty
      if isWhole || answer == .rows(nil) && outcome.errorText.contains(Self.noTable) {
        return answer
      }
    }
    var lines = ["sqlite3 \(Self.words(outcome.status))"]
    for text in [outcome.errorText, outcome.outputText] {
      lines += text.split(separator: "\n").filter { !$0.hasPrefix(Self.mark) && $0 != "ok" }
        .prefix(Self.keptLineCount).map { "sqlite3: \($0.prefix(Self.keptCharacterCount))" }
    }
    return .broken(lines)
  }

  /// Without waiting for the disk: nobody needs the copies afterwards.
  private func run(_ paths: [String]) throws -> ChildProcess.Outcome {
    var script = ""
    for path in paths {
      script += """
        .print \(Self.mark) next
        .open '\(path)'
        PRAGMA synchronous=OFF;
        PRAGMA integrity_check;
        .print \(Self.mark) table
        SELECT count(*) FROM sqlite_schema WHERE name='\(SQLiteWorkload.tableName)';
        .print \(Self.mark) rows
        SELECT id, txn, payload FROM t ORDER BY id;
        .print \(Self.mark) end

        """
    }
    return try ChildProcess.run(
      argv: [executable, "-batch", "-init", "/dev/null"], input: Array(script.utf8),
      environment: ["LC_ALL": "C"], timeLimit: Self.timeLimit)
  }

  /// What stands between the marks, database by database; `nil` where anything is not as it is in a sound
  /// one.
  private static func answers(in output: [UInt8]) -> [Answer?] {
    var databases: [[ArraySlice<UInt8>]] = []
    // No row holds the mark, and of a damaged one that does the parts are not as they must be.
    for part in output.split(separator: UInt8(ascii: "@")) {
      if part.starts(with: " next\n".utf8) { databases.append([]) }
      if !databases.isEmpty { databases[databases.count - 1].append(part) }
    }
    return databases.map(answer)
  }

  private static func answer(_ parts: [ArraySlice<UInt8>]) -> Answer? {
    guard parts.count == 4, parts[0].elementsEqual(" next\nok\n".utf8),
      parts[2].starts(with: " rows\n".utf8), parts[3].elementsEqual(" end\n".utf8)
    else { return nil }
    if parts[1].elementsEqual(" table\n0\n".utf8) { return .rows(nil) }
    guard parts[1].elementsEqual(" table\n1\n".utf8) else { return nil }
    return .rows(Array(parts[2].dropFirst(" rows\n".utf8.count)))
  }

  private static func words(_ status: ChildProcess.Status) -> String {
    switch status {
    case .exited(let number): "exits with \(number)"
    case .signalled(let number): "is killed by signal \(number)"
    case .timedOut: "runs for more than a minute"
    }
  }
}
