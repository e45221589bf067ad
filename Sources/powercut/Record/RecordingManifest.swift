import FoundationEssentials
import Reporting
import Scheduling
import ToolSupport

/// What a recording's folder says of its log: `manifest.json`.
struct RecordingManifest: Codable {
  var schemaVersion = 1
  var stack: String
  var bugs: [String]
  /// Hexadecimal, as 64-bit values are in every JSON of the tool.
  var seed: String
  /// Length of the device before the first entry.
  var initialByteCount: UInt64
  /// Whether the device is a file, which writes beyond its end make longer; absent: as the stack has it.
  var isFile: Bool?
  /// Of a real program's recording: `false` until all that the program did is in it.
  var isComplete: Bool?
  /// Where the recorded file was first seen.
  var path: String?
  /// Which of the files in `base.txt` and `joint.txt` it is.
  var node: Int?
  /// What the program did that the recording cannot show, with the remedy.
  var problems: [String]?
  /// Calls that never returned, because their program was killed.
  var unfinishedCount: UInt64?

  /// - Parameter seed: `nil` where nothing was drawn.
  init(stack: String, bugs: [String], seed: Seed?, initialByteCount: UInt64) {
    self.stack = stack
    self.bugs = bugs
    self.seed = seed.map { "0x" + String($0.rawValue, radix: 16) } ?? "none"
    self.initialByteCount = initialByteCount
  }

  /// What the program did that the recording does not have, a sentence each.
  var unseen: [String] { (problems ?? []).map { "not recorded: \($0)" } }

  /// Why the recording ends before the program did; it is whole up to there.
  var missingEnd: [String] {
    guard isComplete == false else { return [] }
    return [
      """
      the recorder was killed, or still runs: what the program did after the last entry is missing. \
      Record again for the rest.
      """
    ]
  }

  /// Facts about a whole recording.
  var facts: [String] {
    guard let unfinishedCount, unfinishedCount > 0 else { return [] }
    return [
      """
      the program was killed in \(unfinishedCount) calls: what the file showed of them stands last
      """
    ]
  }

  /// - Throws: ``ToolError`` where `text` is no manifest.
  init(parsing text: String) throws {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    } catch {
      throw ToolError("manifest.json cannot be read: \(error)")
    }
    guard schemaVersion == 1 else {
      throw ToolError("manifest.json has schemaVersion \(schemaVersion); this tool reads 1")
    }
  }

  func text() throws -> String { try JSONText.document(self) }
}
