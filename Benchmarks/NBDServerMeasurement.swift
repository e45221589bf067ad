import Glibc
import Host

/// How fast NBD clients write where each write is recorded: our server beside qemu-nbd over its
/// blklogwrites driver. Client, disk, and turns are the same for both.
struct NBDServerMeasurement {
  static let diskByteCount: UInt64 = 128 << 20
  static let operationCount = 32768

  let folder: String
  /// The tool, which stands beside this program.
  let tool: String

  struct Outcome {
    var ours = Samples()
    var theirs = Samples()
    var oursPerSecond: [UInt64] = []
    var theirsPerSecond: [UInt64] = []
  }

  private var socket: String { "\(folder)/nbd.sock" }
  private var disk: String { "\(folder)/nbd-disk.img" }
  private var recording: String { "\(folder)/nbd-recording" }
  private var log: String { "\(folder)/nbd-blklogwrites.log" }

  func run(repetitionCount: Int) throws -> Outcome {
    var outcome = Outcome()
    for turn in 0...repetitionCount {
      let ours = try measure(
        "exec '\(tool)' serve --image '\(disk)' --record '\(recording)' --socket '\(socket)'")
      let theirs = try measure(
        """
        exec qemu-nbd -t -e 8 -k '\(socket)' --cache=writeback --image-opts \
        driver=blklogwrites,file.driver=raw,file.file.driver=file,file.file.filename='\(disk)',\
        log.driver=file,log.filename='\(log)'
        """)
      if turn == 0 { continue }
      outcome.ours.nanoseconds.append(ours.nanoseconds)
      outcome.oursPerSecond.append(ours.operationsPerSecond)
      outcome.theirs.nanoseconds.append(theirs.nanoseconds)
      outcome.theirsPerSecond.append(theirs.operationsPerSecond)
    }
    return outcome
  }

  private func measure(_ server: String) throws -> FioRun {
    defer { for path in [socket, disk, recording, log] { Folders.remove(path) } }
    _ = try SparseImageFile(disk, byteCount: Self.diskByteCount).finish()
    try OutputFile.write([], to: log)
    let process = try StartedProcess(
      argv: ["sh", "-c", "\(server) > /dev/null"], environment: [:])
    defer {
      process.interrupt()
      for _ in 0..<1000 where !process.hasEnded { usleep(10_000) }
      _ = process.end()
    }
    for _ in 0..<1000 where !Folders.exists(socket) && !process.hasEnded { usleep(10_000) }
    return try FioRun([
      "--ioengine=nbd", "--uri=nbd+unix:///?socket=\(socket)", "--rw=randwrite", "--bs=4k",
      "--iodepth=16", "--size=\(Self.diskByteCount)", "--io_size=\(Self.operationCount * 4096)",
      "--randrepeat=1",
    ])
  }
}
