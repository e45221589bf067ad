import Bytes
import CrashStates
import Host
import WriteLog

/// A base.txt, a joint.txt and the logs that belong to them, written by hand.
struct JointCase {
  struct File {
    var recording: String
    var node: Int
    var base: String = ""
    var log: TestLog
  }

  /// Lines of base.txt.
  var base: String = ""
  var lines: String
  var files: [File] = []

  /// A program that replaces a file: the old one is written in place once, the new one beside it.
  ///
  ///     line 0..1   config is overwritten with "new-in-place" and synced
  ///     line 2..5   config.tmp is created, written ("replaced") and synced
  ///     line 6..7   config.tmp becomes config; the folder is synced
  static let replaced = JointCase(
    base: "file 1 600 512 config\n",
    lines: """
      entry config 0
      entry config 1
      create 2 644 config.tmp
      entry config.tmp 0
      entry config.tmp 1
      entry config.tmp 2
      rename config.tmp config
      sync-folder .

      """,
    files: [
      File(recording: "config", node: 1, base: sector("old"), log: writtenAndSynced("new")),
      File(recording: "config.tmp", node: 2, log: createdAndSynced("replaced")),
    ])

  /// - Parameter untouched: numbers of files that were kept.
  func recording(
    persona: Persona = .ordered, untouched: Set<Int> = [],
    isLeftOut: @escaping @Sendable (FilePath) -> Bool = { _ in false }
  ) throws -> Recording {
    try Recording(
      JointLine.list(parsing: lines),
      base: FolderListing(parsing: "powercut-recording 2\nfolder 0 755 .\n\(base)"),
      files: files.map { file in
        RecordingFile(
          recording: file.recording, node: file.node,
          history: try DiskHistory(
            index: file.log.index, base: ByteRegion(Array(file.base.utf8)),
            initialByteCount: UInt64(file.base.utf8.count)))
      }, untouched: { untouched.contains($0) }, persona: persona, isLeftOut: isLeftOut)
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
  /// The files of a state as `name=contents`, without the dots; `#` and its number where nothing was done to it,
  /// `?` for what nobody knows.
  func listing(_ text: String) throws -> String {
    let state = try state(parsing: text)
    return names(in: state).map { name in
      switch name.contents {
      case .untouched: return "\(name.path)=#\(name.node)"
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
    StateEnumerator(StateSpace(self, tiers: tiers, seed: seed), tiers: tiers)
      .filter { $0.state.cut == cut }.map { "\($0.tier) \(text(of: $0.state))" }
  }
}
