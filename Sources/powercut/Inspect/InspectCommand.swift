import ArgumentParser
import Bytes
import Campaign
import Host
import Reporting
import ToolSupport
import WriteLog

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what is in a log, a recording or an image.",
    discussion: """
      Exit status: 0 for a file that is whole, 1 for one with problems, 2 where it is none of these, 130 \
      interrupted.
      """)

  @Argument(
    help: """
      A write log, a recording's folder with writes.log, or an image \
      (\(ImageFormats.titles.joined(separator: ", "))).
      """)
  var path: String

  @Flag(help: "List every entry.")
  var entries = false

  @Option(help: "How the result is printed: text or json.")
  var format = InspectFormat.text

  @OptionGroup var log: LogOptions

  func run() throws {
    try Tool.run {
      format.prepareInterruption(of: "inspect", path)
      if let image = try FormatCommands.inspection(of: path, listsEntries: entries) {
        try OptionUse.inspectingImage.check()
        return try image.run(format)
      }
      if let image = try InspectListing(path, listsEntries: entries) {
        try OptionUse.inspectingImage.check()
        return try image.run(format)
      }
      try OptionUse.inspectingLog.check()
      let recording = try RecordingSource(path, options: log, for: "inspect")
      let index = try recording.index()
      var stream = InspectStream()
      switch format {
      case .text: try printText(index, path: recording.logPath, to: &stream)
      case .json: try printJSON(index, path: recording.logPath, to: &stream)
      }
      if stream.isCutShort { return Interrupts.exitStatus }
      return index.problems.isEmpty ? 0 : 1
    }
  }

  private func printText(
    _ index: WriteLogIndex, path: String, to stream: inout InspectStream
  ) throws {
    try stream.write(LogDescription(index, path: path).text)
    if entries {
      for place in 0..<index.entryCount {
        guard try stream.writeElement(EntryLine(index[place], of: index).text + "\n") else { break }
      }
    }
    for problem in index.problems { try stream.write("problem: \(problem)\n") }
    try stream.flush(listing: "\(index.entryCount) entries")
  }

  private func printJSON(
    _ index: WriteLogIndex, path: String, to stream: inout InspectStream
  ) throws {
    var document = LogDocument(index, path: path)
    try stream.write(document.parts().beforeEntries)
    if entries {
      try stream.write("[")
      for place in 0..<index.entryCount {
        let element = try EntryDocument(index[place], of: index).line()
        guard try stream.writeElement((place == 0 ? "\n    " : ",\n    ") + element) else { break }
      }
      try stream.write("\n  ]")
    } else {
      try stream.write("null")
    }
    if stream.isCutShort { document.interrupt() }
    try stream.write(document.parts().behindEntries)
    try stream.flush()
  }
}
