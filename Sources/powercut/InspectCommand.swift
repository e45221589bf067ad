import ArgumentParser
import Bytes
import Host
import WriteLog

/// How an inspection is printed.
enum InspectFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
}

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what is in a log, a recording or a VHDX image.",
    discussion: """
      Exit status: 0 for a file that is whole, 1 for one with problems, 2 where it is none of these.
      """)

  /// What is printed at once, so that the list of a long log never is in memory as a whole.
  private static let pieceByteCount = 1 << 16

  @Argument(help: "A write log, a recording's folder with writes.log, or a VHDX image.")
  var path: String

  @Flag(help: "List every entry.")
  var entries = false

  @Option(help: "How the result is printed: text or json.")
  var format = InspectFormat.text

  @OptionGroup var log: LogOptions

  func run() throws {
    try Tool.run {
      if let image = try InspectImage(path, listsEntries: entries) {
        try OptionUse.inspectingImage.check()
        return try image.run(format)
      }
      try OptionUse.inspectingLog.check()
      let recording = try RecordingSource(path, options: log, for: "inspect")
      let index = try recording.index()
      switch format {
      case .text: try printText(index, path: recording.logPath)
      case .json: try printJSON(index, path: recording.logPath)
      }
      return index.problems.isEmpty ? 0 : 1
    }
  }

  private func printText(_ index: WriteLogIndex, path: String) throws {
    var text = LogDescription(index, path: path).text
    if entries {
      for place in 0..<index.entryCount {
        text += EntryLine(index[place], of: index).text + "\n"
        try printFullPiece(&text)
      }
    }
    for problem in index.problems { text += "problem: \(problem)\n" }
    try StandardStreams.writeResult(text)
  }

  private func printJSON(_ index: WriteLogIndex, path: String) throws {
    let document = try LogDocument(index, path: path).parts()
    var text = document.beforeEntries
    if entries {
      text += "["
      for place in 0..<index.entryCount {
        text += place == 0 ? "\n    " : ",\n    "
        text += try EntryDocument(index[place], of: index).line()
        try printFullPiece(&text)
      }
      text += "\n  ]"
    } else {
      text += "null"
    }
    try StandardStreams.writeResult(text + document.behindEntries)
  }

  private func printFullPiece(_ text: inout String) throws {
    guard text.utf8.count > Self.pieceByteCount else { return }
    try StandardStreams.writeResult(text)
    text = ""
  }
}
