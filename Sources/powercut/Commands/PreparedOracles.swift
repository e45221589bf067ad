import Checking
import Host
import Programs
import ToolSupport

extension JointRecording {
  /// Has oracles look at the recording.
  ///
  /// - Throws: ``ToolError`` for what no recording can answer.
  func prepared(_ oracles: [FolderOracle]) throws -> [FolderOracle: any PreparedOracle] {
    var prepared: [FolderOracle: any PreparedOracle] = [:]
    for oracle in oracles { prepared[oracle] = try self.prepared(oracle) }
    return prepared
  }

  private func prepared(_ oracle: FolderOracle) throws -> any PreparedOracle {
    let untouched: UntouchedContents = { try MappedFile.map(untouchedPath($0)) }
    switch oracle {
    case .lines(let path):
      return try LinesOracle(of: path, in: files, untouched: untouched)
    case .sameAsSomeMark(let names):
      let patterns = NamePatterns(names)
      return try SomeMarkOracle(
        in: files, isLeftOut: { patterns.contains($0) }, untouched: untouched)
    case .opens:
      throw ToolError(
        """
        --oracle opens: a recording does not say how its program is started. Give that as --command 'PROGRAM {folder}'; \
        'powercut test' and scenarios know it.
        """)
    }
  }
}
