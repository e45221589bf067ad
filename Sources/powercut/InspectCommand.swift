import ArgumentParser
import Bytes
import Host
import WriteLog

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what is in a log or a recording.")

  @Argument(help: "A write log, or a recording's folder with writes.log.")
  var path: String

  @Flag(help: "List every entry.")
  var entries = false

  @OptionGroup var log: LogOptions

  func run() throws {
    try Tool.run {
      let recording = try RecordingSource(path, options: log)
      let index = try recording.options.index(recording.logPath)
      var text = LogDescription(index, path: recording.logPath).text
      if entries {
        for place in 0..<index.entryCount {
          text += EntryLine(index[place], of: index).text + "\n"
          if text.utf8.count > 1 << 16 {
            try StandardStreams.writeResult(text)
            text = ""
          }
        }
      }
      for problem in index.problems { text += "problem: \(problem)\n" }
      try StandardStreams.writeResult(text)
      return index.problems.isEmpty ? 0 : 1
    }
  }
}
