import FoundationEssentials
import Scheduling

/// What a recording's folder says of its log: `manifest.json`.
struct RecordingManifest: Codable {
  var schemaVersion = 1
  var stack: String
  var bugs: [String]
  /// Hexadecimal, as 64-bit values are in every JSON of the tool.
  var seed: String
  /// Length of the device before the first entry.
  var initialByteCount: UInt64

  init(stack: String, bugs: [String], seed: Seed, initialByteCount: UInt64) {
    self.stack = stack
    self.bugs = bugs
    self.seed = "0x" + String(seed.rawValue, radix: 16)
    self.initialByteCount = initialByteCount
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

  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
