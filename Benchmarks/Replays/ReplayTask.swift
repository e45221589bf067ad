import CrashStates
import Host
import WriteLog

extension TimedTask {
  /// From the log on disk to the image of its last state in a file.
  static func replay(_ log: StandardLog, to path: String) -> TimedTask {
    TimedTask(
      name: "replay", summary: "mapping, index, and the image of the last state in a file",
      reset: { Folders.remove(path) },
      run: {
        let history = try DiskHistory(
          index: WriteLogIndex(reading: MappedFile.map(log.path)), base: nil,
          initialByteCount: StandardLog.deviceByteCount, isDigested: false)
        let replay = Replay(history, state: CrashState(cut: history.entryCount))
        let image = try SparseImageFile(path, byteCount: replay.imageByteCount)
        try replay.write { piece in
          try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
        }
        try image.finish()
      })
  }
}
