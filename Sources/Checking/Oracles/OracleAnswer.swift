import Bytes
import CrashStates

/// What an oracle says of a folder.
package enum OracleAnswer: Hashable, Sendable {
  case holds
  /// Nothing was promised by then, or the recording does not have what it takes to tell.
  case cannotTell
  /// Why it does not hold, line by line. What the first one says is said of all states that fail in the same way.
  case fails([String])
}

/// An oracle that has looked at a recording, and answers for each of its states. No folder is written for it.
package protocol PreparedOracle: Sendable {
  /// - Throws: what keeps it from reading the state.
  func answer(about state: CrashState) throws -> OracleAnswer
}

/// Contents of files that a recording did nothing to, by their nodes.
package typealias UntouchedContents = @Sendable (_ node: Int) throws -> ByteRegion

/// What an oracle says of a mark, for a reader.
extension RecordedMark {
  /// Where it stands in `joint.txt`, whose lines count from 0.
  var line: Int { cut - 1 }

  var words: String { "'\(text)' (line \(line))" }
}
