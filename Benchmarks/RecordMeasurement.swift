import Host

/// What recording costs a program that writes and syncs on a real file system.
struct RecordMeasurement {
  static let fileByteCount: UInt64 = 32 << 20
  /// Enough that the copy of the file at its first touch, which is part of the time, is a small one.
  static let operationCount = 16384

  /// On a disk, so that an fsync is one.
  let folder: String
  let tool: String

  struct Outcome {
    var plain = Samples()
    var recorded = Samples()
  }

  private var watched: String { "\(folder)/watched" }
  private var output: String { "\(folder)/recording" }

  func run(repetitionCount: Int) throws -> Outcome {
    var outcome = Outcome()
    for turn in 0...repetitionCount {
      let plain = try measure(startedBy: [])
      let recorded = try measure(
        startedBy: [tool, "record", "--watch", watched, "--output", output, "--"])
      if turn == 0 { continue }
      outcome.plain.nanoseconds.append(plain.nanoseconds)
      outcome.recorded.nanoseconds.append(recorded.nanoseconds)
    }
    return outcome
  }

  private func measure(startedBy prefix: [String]) throws -> FioRun {
    defer { Folders.remove(folder) }
    try Folders.create(watched)
    let path = "\(watched)/disk.img"
    // Of data: a first write into a hole costs the file system more than all that is measured.
    let file = try OutputFile(path)
    let piece = [UInt8](repeating: 0x5a, count: 1 << 20)
    for _ in 0..<Self.fileByteCount / UInt64(piece.count) { try file.write(piece) }
    try file.finish()
    return try FioRun(
      [
        "--ioengine=psync", "--filename=\(path)", "--rw=randwrite", "--bs=4k", "--fsync=16",
        "--size=\(Self.fileByteCount)", "--io_size=\(Self.operationCount * 4096)",
        "--randrepeat=1", "--thread",
      ], startedBy: prefix)
  }
}
