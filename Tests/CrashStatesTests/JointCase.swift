import Bytes
import CrashStates
import Host

/// A joint.txt and the logs that belong to it, written by hand.
struct JointCase {
  struct File {
    var recording: String
    var path: String
    var base: String = ""
    var log: TestLog
  }

  var lines: String
  var files: [File]

  /// A program that replaces a file: the old one is written in place once, the new one beside it.
  ///
  ///     line 0..1   config is overwritten with "new-in-place" and synced
  ///     line 2..5   config.tmp is created, written ("replaced") and synced
  ///     line 6..7   config.tmp becomes config; the folder is synced
  static let replaced = JointCase(
    lines: """
      entry config 0
      entry config 1
      create config.tmp
      entry config.tmp 0
      entry config.tmp 1
      entry config.tmp 2
      rename config.tmp config
      sync-folder .

      """,
    files: [
      File(recording: "config", path: "config", base: sector("old"), log: writtenAndSynced("new")),
      File(recording: "config.tmp", path: "config.tmp", log: createdAndSynced("replaced")),
    ])

  func recording(
    isLeftOut: @escaping @Sendable (String) -> Bool = { _ in false }
  ) throws -> Recording {
    try Recording(
      JointLine.list(parsing: lines),
      files: files.map { file in
        RecordingFile(
          recording: file.recording, path: file.path,
          history: try DiskHistory(
            index: file.log.index, base: ByteRegion(Array(file.base.utf8)),
            initialByteCount: UInt64(file.base.utf8.count)))
      }, isLeftOut: isLeftOut)
  }

  /// `text` and dots up to a sector's end.
  static func sector(_ text: String) -> String {
    text + String(repeating: ".", count: 512 - text.utf8.count)
  }

  static func writtenAndSynced(_ text: String) -> TestLog {
    var log = TestLog()
    log.write(at: 0, Array(sector(text).utf8))
    log.flush()
    return log
  }

  static func createdAndSynced(_ text: String) -> TestLog {
    var log = TestLog()
    log.size(512)
    log.write(at: 0, Array(sector(text).utf8))
    log.flush()
    return log
  }
}

extension Recording {
  /// The files of a state as `name=contents`, without the dots; `?` for what nobody knows.
  func listing(_ text: String) throws -> String {
    let state = try state(parsing: text)
    return names(in: state).map { name in
      switch name.contents {
      case .unknown: return "\(name.path)=?"
      case .empty: return "\(name.path)="
      case .folder: return "\(name.path)/"
      case .link(let target): return "\(name.path)->\(target)"
      case .recorded(let file, let state):
        let history = files[file].history
        let bytes = history.read(
          ByteRange(byteOffset: 0, byteCount: history.byteCount(of: state)), in: state)
        let text = String(decoding: bytes, as: UTF8.self)
        let isZero = !bytes.isEmpty && bytes.allSatisfy { $0 == 0 }
        return "\(name.path)=" + (isZero ? "0*\(bytes.count)" : String(text.prefix { $0 != "." }))
      }
    }.joined(separator: " ")
  }

  func states(atCut cut: Int, _ tiers: [Tier], seed: UInt64 = 1) -> [String] {
    StateEnumerator(StateSpace(self, seed: seed), tiers: tiers)
      .filter { $0.state.cut == cut }.map { "\($0.tier) \(text(of: $0.state))" }
  }
}
