import Foundation
import Host
import TestSupport
import Testing

/// Real NBD clients, and what `check`, `replay` and `inspect` find in the recording of them.
@Suite(.serialized) struct ServeRecordingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var image: String { folder.path("disk.img") }
  private var output: String { folder.path("out") }

  private func serve(_ command: String) throws -> ToolRun {
    try ToolRun(["serve", "--image", image, "--record", output, "--run", command])
  }

  /// The replay of the whole log is the file, byte for byte, and no rule is broken.
  private func expectWholeRecording() throws {
    let replayed = folder.path("replayed.img")
    #expect(try ToolRun(["replay", output, "--output", replayed]).status == 0)
    try shell("cmp '\(replayed)' '\(image)'; cmp '\(output)/live.img' '\(image)'")
    let check = try ToolRun(["check", output, "--states", "flushed-only"])
    #expect(check.status == 0, "\(check.result)")
    #expect(!check.errors.contains("not recorded") && !check.errors.contains("killed"))
  }

  @Test func eachRequestOfQEMUIsAnEntry() throws {
    try shell("head -c 1M /dev/urandom > '\(image)'")
    let run = try serve(
      """
      qemu-io -f raw -t writeback -c 'write -P 1 0 4k' -c 'write -f -P 2 8k 512' \
      -c 'write -z 64k 64k' -c 'write -z -u 128k 64k' -c 'discard 256k 4k' -c flush \
      -c 'read -P 2 8k 512' {uri}
      """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(!run.result.contains("verification failed"))
    try expectWholeRecording()
    let entries = try ToolRun(["inspect", output, "--entries"]).result
    for part in [" 1 with FUA", "discard", "flush", "262144", "65536", "131072"] {
      #expect(entries.contains(part), "\(entries)")
    }
  }

  /// What a client is told of holes is what qemu-img finds in the file itself.
  @Test func holesAreTold() throws {
    try shell(
      """
      truncate -s 16M '\(image)'
      for place in 0 3 4 15; do
        head -c 70000 /dev/urandom | dd of='\(image)' bs=1M seek=$place conv=notrunc status=none
      done
      """)
    try shell("cp '\(image)' '\(folder.path("copy.img"))'")
    let before = try Peer.qemuImage.run(["map", "-f", "raw", image])
    let run = try serve("qemu-img map -f raw {uri}")
    #expect(run.status == 0, "\(run.errors)")
    /// Start and length of what is stored; the file's own map has more columns.
    func stored(_ text: String) -> [String] {
      text.split(separator: "\n").filter { $0.hasPrefix("0") || $0.hasPrefix("0x") }.map {
        $0.split(separator: " ").prefix(2).joined(separator: " ")
      }
    }
    #expect(stored(before).count == 4, "\(before)")
    #expect(stored(run.result) == stored(before), "\(run.result) \(before)")
    Folders.remove(output)
    let compared = try serve("qemu-img compare -f raw -F raw {uri} \(folder.path("copy.img"))")
    #expect(compared.result.contains("Images are identical."), "\(compared.errors)")
  }

  /// 16 in flight on each of two connections, a flush after each 50.
  @Test func manyRequestsAtOnceAreOneLog() throws {
    try shell("truncate -s 16M '\(image)'")
    let run = try serve(
      """
      bash -c 'qemu-img bench -q -f raw -t none -w -c 2000 -d 16 -s 4096 --flush-interval=50 $0 & \
      qemu-img bench -q -f raw -t none -w -c 1000 -d 16 -s 1536 -o 8M -S 512 --flush-interval=64 --no-drain $0; \
      wait' {uri}
      """)
    #expect(run.status == 0, "\(run.errors)")
    try expectWholeRecording()
    #expect(run.result.contains(" 3000 writes, "), "\(run.result)")
    // What was in flight together is known to have been.
    let entries = try ToolRun(["inspect", output, "--entries"]).result
    let spans = entries.matches(of: /write .* in flight (\d+)\.\.(\d+)/).compactMap { match in
      if let start = Int(match.1), let end = Int(match.2) { end - start } else { nil }
    }
    #expect(spans.count == 3000)
    #expect(spans.contains { $0 >= 8 }, "\(spans.max() ?? 0)")
  }

  /// A real image format above NBD: its file is what is recorded, and judged.
  @Test func anImageAboveNBDIsJudgedAsOne() throws {
    try shell(
      "qemu-img create -q -f vhdx -o subformat=fixed,block_state_zero=off,block_size=1M '\(image)' 16M"
    )
    let script = """
      qemu-io -t writeback -c 'write -P 1 0 64k' -c flush -c 'aio_write -P 3 2M 64k' \
        -c 'aio_write -P 4 3M 64k' -c aio_flush -c flush --image-opts \
        driver=vhdx,file.driver=nbd,file.server.type=unix,file.server.path=${1#*socket=}
      """
    try OutputFile.write(script, to: folder.path("client.sh"))
    let run = try serve("bash \(folder.path("client.sh")) {uri}")
    #expect(run.status == 0, "\(run.errors)")
    let check = try ToolRun(["check", output, "--as", "vhdx"])
    #expect(check.status == 0, "\(check.result)")
    #expect(check.result.contains("distinct"), "\(check.result)")
    try expectWholeRecording()
  }

  @Test func loopbackIsRecordedToo() throws {
    try shell("truncate -s 1M '\(image)'")
    let run = try ToolRun([
      "serve", "--image", image, "--record", output, "--port", "0", "--run",
      "qemu-io -f raw -t writethrough -c 'write -P 5 0 4k' {uri}",
    ])
    #expect(run.status == 0, "\(run.errors)")
    try expectWholeRecording()
    let log = try ToolRun(["inspect", output]).result
    #expect(log.contains(" 1 with FUA") || log.contains("flushes    1"), "\(log)")
  }

  /// A client that dies ends the recording like any other, with the status that a shell gives it.
  @Test(arguments: [9, 11, 15] as [Int32])
  func aClientThatDiesLeavesAFinishedRecording(signal: Int32) throws {
    try shell("truncate -s 1M '\(image)'")
    let run = try serve(
      """
      bash -c 'qemu-io -f raw -t writeback -c "write -P 7 0 64k" -c flush -c "write -P 8 64k 4k" $0; \
      kill -\(signal) $$' {uri}
      """)
    #expect(run.status == 128 + signal, "\(run.errors)")
    #expect(run.errors.contains("--run: killed by signal \(signal)"), "\(run.errors)")
    #expect(run.result.contains(" 2 writes, 2 flushes of "), "\(run.result)")
    try expectWholeRecording()
  }

  /// Ctrl-C while a client is at work; what it was answered is in the recording.
  @Test(arguments: ["INT", "TERM"]) func anInterruptFinishesTheRecording(signal: String) throws {
    try shell("truncate -s 1M '\(image)'")
    let script = """
      qemu-io -f raw -t writeback -c 'write -P 7 0 64k' -c flush "$1" > '\(folder.path("said"))'
      touch '\(folder.path("written"))'; sleep 60
      """
    try OutputFile.write(script, to: folder.path("client.sh"))
    let run = try ToolRun.line(
      """
      set -m
      powercut serve --image \(image) --record \(output) --run 'bash \(folder.path("client.sh")) {uri}' & pid=$!
      until [ -e \(folder.path("written")) ]; do sleep 0.05; done
      start=$(date +%s); kill -\(signal) $pid; wait $pid; status=$?
      [ $(($(date +%s) - start)) -le 2 ] || echo late
      exit $status
      """)
    #expect(run.status == 130, "\(run.errors)")
    #expect(!run.result.contains("late"))
    #expect(run.result.contains(" 1 writes, 2 flushes of "), "\(run.result)")
    try expectWholeRecording()
  }

  @Test func aClientThatCannotBeStartedLeavesAFinishedRecording() throws {
    try shell("truncate -s 1M '\(image)'")
    let run = try serve("/no/such/program {uri}")
    #expect(run.status == 2)
    #expect(run.errors.contains("cannot start '/no/such/program'"), "\(run.errors)")
    let check = try ToolRun(["check", output])
    #expect(check.status == 3, "\(check.result)")
    #expect(!check.errors.contains("killed"), "\(check.errors)")
  }

  /// The end of the tool that nobody can prepare for.
  @Test func aKilledServerLeavesARecordingThatSaysSo() throws {
    try shell("truncate -s 16M '\(image)'")
    let run = try ToolRun.line(
      """
      powercut serve --image \(image) --record \(output) --socket \(folder.path("s")) > /dev/null & pid=$!
      for i in $(seq 100); do [ -S \(folder.path("s")) ] && break; sleep 0.1; done
      qemu-io -f raw -t writeback -c 'write -P 7 0 1M' -c flush -c 'write -P 8 1M 64k' \
        -c 'aio_write -P 9 2M 64k' -c 'sleep 200' -c 'sigraise 9' 'nbd+unix:///?socket=\(folder.path("s"))'
      kill -KILL $pid; wait $pid
      powercut check \(output)
      """)
    #expect(run.status == 2, "\(run.result) \(run.errors)")
    #expect(run.result.contains("incomplete: the recording \(output) is incomplete"))
    #expect(run.errors.contains("the recorder was killed"), "\(run.errors)")
    let replayed = folder.path("replayed.img")
    #expect(try ToolRun(["replay", output, "--output", replayed]).status == 0)
    // All that was answered is there.
    try shell("cmp '\(replayed)' '\(image)'")
  }

  /// A file size limit of 2 MiB stands for a disk that refuses.
  private func serveUntilRefused(_ commands: String) throws -> ToolRun {
    try ToolRun.line(
      """
      powercut serve --image \(image) --record \(output) --socket \(folder.path("s")) > /dev/null & pid=$!
      for i in $(seq 100); do [ -S \(folder.path("s")) ] && break; sleep 0.1; done
      prlimit --pid $pid --fsize=2097152:unlimited
      qemu-io -f raw -t writeback \(commands) 'nbd+unix:///?socket=\(folder.path("s"))'
      prlimit --pid $pid --fsize=unlimited:unlimited
      kill -INT $pid; wait $pid
      """)
  }

  @Test func whatTheDiskRefusesIsAnErrorAndNamed() throws {
    try shell("truncate -s 16M '\(image)'")
    let run = try serveUntilRefused("-c 'write 0 64k' -c 'write 4M 64k' -c 'write 64k 64k'")
    #expect(run.status == 2)
    #expect(run.result.contains("write failed"), "\(run.result)")
    #expect(run.errors.contains("refused 1 operations"), "\(run.errors)")
    let check = try ToolRun(["check", output])
    #expect(check.status == 2)
    #expect(check.errors.contains("not recorded: "), "\(check.errors)")
    // Two writes, and the flush at the client's end.
    #expect(check.result.contains("INCOMPLETE: 3 entries"), "\(check.result)")
  }

  /// What cannot be recorded is not done.
  @Test func aLogThatCannotBeWrittenEndsTheRecording() throws {
    try shell("truncate -s 1M '\(image)'")
    let run = try serveUntilRefused(
      (0..<40).map { "-c 'write -P \($0 + 1) 0 64k'" }.joined(separator: " ") + " -c 'flush'")
    #expect(run.status == 2)
    #expect(run.result.contains("write failed"), "\(run.result)")
    #expect(run.errors.contains("writes.log"), "\(run.errors)")
    let check = try ToolRun(["check", output])
    #expect(check.status == 2, "\(check.result)")
    #expect(check.errors.contains("the recorder was killed"), "\(check.errors)")
    let log = try ToolRun(["inspect", output]).result
    #expect(log.contains("flushes    0"), "\(log)")
  }

  @Test(
    arguments: [
      (["--image", "a"], 64, "belong together"), (["--record", "a"], 64, "belong together"),
      (["log", "--image", "a", "--record", "b"], 64, "name a log"), ([], 64, "name a log"),
      (["--image", "a", "--record", "b", "--at", "3"], 64, "--at"),
      (["--image", "a", "--record", "b", "--read-only"], 64, "--read-only"),
      (["--image", "/nowhere/a", "--record", "b"], 2, "/nowhere/a"),
    ] as [([String], Int32, String)])
  func whatCannotBeRecordedIsSaid(options: [String], status: Int32, message: String) throws {
    let run = try ToolRun(["serve"] + options, in: folder.path)
    #expect(run.status == status)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.result.isEmpty)
  }
}
