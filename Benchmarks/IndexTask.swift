import Host
import WriteLog

extension TimedTask {
  /// Maps the log and finds every entry.
  static func index(_ log: StandardLog) -> TimedTask {
    TimedTask(
      name: "index", summary: "mapping the log and finding every entry",
      run: {
        let index = try WriteLogIndex(reading: MappedFile.map(log.path))
        guard index.entryCount == StandardLog.entryCount else {
          throw BenchmarkError(description: "the index has \(index.entryCount) entries")
        }
      })
  }
}
