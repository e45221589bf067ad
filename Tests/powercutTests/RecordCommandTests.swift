import Host
import TestSupport
import Testing

/// Real programs under `powercut record`: what the recording rebuilds is what `cmp` finds on disk.
@Suite(.serialized) struct RecordCommandTests {
  @Test func everyCallIsRecorded() throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("every-call", in: place.folder)
    let run = try place.record([program.path, place.watched])
    try #require(run.status == 0, "\(run.errors)\(run.result)")

    // The file of this name was renamed and linked; the recording has the name of the first touch.
    let recordings = ["second-name": "old-name", "gone": "gone~2"]
    let names = try Folders.names(in: place.watched)
    #expect(names.count == 20, "\(names)")
    for name in names {
      let recording = recordings[name] ?? name
      try place.compareReplay(of: recording, with: name)
      let tier = name.hasSuffix("threads") ? "flushed-only" : "prefix"
      let check = try ToolRun(["check", "\(place.output)/\(recording)", "--states", tier])
      #expect(check.status == 0, "\(name): \(check.result)")
    }
    // As the program has them: three by fsync, one by fdatasync, one by number; three durable writes, of which each is one
    // and its sync.
    #expect(run.result.contains("/flushes: 20 entries, 6 writes, 8 flushes of "), "\(run.result)")
    let log = try ToolRun(["inspect", "\(place.output)/flushes"])
    #expect(log.result.contains(", 0 with FUA"), "\(log.result)")
    // Eight threads with an fdatasync after each 16 of 200 writes.
    #expect(run.result.contains(" 1600 writes, 96 flushes of "))
    let lines = try place.names
    #expect(
      lines.filter { !$0.hasPrefix("create ") } == [
        "sync-folder .", "rename old-name new-name", "link new-name second-name",
        "unlink new-name", "unlink gone",
      ])
    #expect(lines.filter { $0.hasPrefix("create ") && $0.hasSuffix(" gone") }.count == 2)
  }

  /// With _FORTIFY_SOURCE the compiler puts other functions in place of those that the program names.
  @Test(arguments: [[], ["-O2", "-D_FORTIFY_SOURCE=2"]])
  func streamsWriteWhatTheyDoWithoutARecorder(flags: [String]) throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("streams", in: place.folder, flags: flags)
    let plain = place.folder.path("plain")
    try shell("mkdir '\(plain)'; '\(program.path)' '\(plain)'")
    let run = try place.record([program.path, place.watched])
    try #require(run.status == 0, "\(run.errors)\(run.result)")
    try shell("diff -r '\(plain)' '\(place.watched)'")
    let recordings = ["number-2": "number", "oldest": "old"]
    for name in try Folders.names(in: place.watched) {
      try place.compareReplay(of: recordings[name] ?? name, with: name)
    }
  }

  @Test func shellsAndTheirProgramsAreRecorded() throws {
    let place = try RecordingFolder()
    try shell("printf before > '\(place.watched)/there'")
    let run = try place.record(
      [
        "bash", "-c",
        """
        cd '\(place.watched)'; echo by bash > a; echo appended >> a; printf more >> there
        head -c 100000 /dev/urandom > b; cp b c; sed -i s/bash/sed/ a; dd if=b of=d bs=999 status=none
        """,
      ])
    try #require(run.status == 0, "\(run.errors)")
    for name in ["there", "b", "c", "d"] { try place.compareReplay(of: name, with: name) }
    #expect(try place.names.contains { $0.hasPrefix("rename sed") && $0.hasSuffix(" a") })
    try shell("test \"$(cat '\(place.output)/there/base.img')\" = before")
  }

  @Test(arguments: ["raw", "vhdx", "qcow2"])
  func qemuIsRecorded(format: String) throws {
    let place = try RecordingFolder()
    let image = "\(place.watched)/disk"
    try Peer.qemuImage.run(["create", "-q", "-f", format, image, "16M"])
    let commands = [
      "aio_write -z 0 64k", "aio_write -P 17 2M 4k", "aio_flush", "flush", "write -P 18 4M 100k",
      "discard 64k 64k", "write -P 19 1k 512", "flush", "write -P 20 9M 4k",
    ]
    let run = try place.record(
      ["qemu-io", "-t", "writeback", "-f", format] + commands.flatMap { ["-c", $0] } + [image])
    try #require(run.status == 0, "\(run.errors)")
    try place.compareReplay(of: "disk", with: "disk")
    // As an image QEMU's log breaks rules: below.
    let check = try ToolRun([
      "check", "\(place.output)/disk", "--as", "raw", "--states", "prefix,flushed-only",
    ])
    #expect(check.status == 0, "\(check.result)")
  }

  /// QEMU publishes a log's GUID before the log has an entry (writer.guid-before-entry): no false alarm.
  @Test func qemuOverVHDXIsJudgedAsAnImage() throws {
    let place = try RecordingFolder()
    let image = "\(place.watched)/disk.vhdx"
    try Peer.qemuImage.run(["create", "-q", "-f", "vhdx", "-o", "block_size=1M", image, "64M"])
    let run = try place.record(
      [
        "qemu-io", "-t", "writeback", "-f", "vhdx", "-c", "write -P 17 2M 4k", "-c", "flush", "-c",
        "sigraise 9", image,
      ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.result.contains("command: killed by signal 9"))
    try place.compareReplay(of: "disk.vhdx", with: "disk.vhdx")
    let check = try ToolRun(
      [
        "check", "\(place.output)/disk.vhdx", "--as", "vhdx", "--states", "prefix", "--format",
        "json",
      ])
    #expect(check.status == 1, "\(check.errors)")
    #expect(try check.json.rules.sorted() == ["D09", "S05"])
  }

  // MARK: What cannot be seen

  @Test(arguments: [
    ("mapping", "is mapped shared and writable (mmap)", "leave the file out with --ignore"),
    ("late-mapping", "is mapped shared and writable (mmap)", "leave the file out with --ignore"),
    ("ring-only", "was refused an io_uring", "qemu: aio=threads"),
  ])
  func unseenMeansAreErrorsWithTheirRemedy(means: String, said: String, remedy: String) throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("unseen", in: place.folder)
    let run = try place.record([program.path, means, "\(place.watched)/file"])
    #expect(run.status == 2, "\(run.result)")
    #expect(run.errors.contains(said), "\(run.errors)")
    #expect(run.errors.contains(remedy), "\(run.errors)")
    // The recording says so too.
    let check = try ToolRun(["check", "\(place.output)/file", "--states", "prefix"])
    #expect(check.errors.contains(said), "\(check.errors)")
  }

  @Test func aProgramThatDoesWithoutItsRingIsRecorded() throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("unseen", in: place.folder)
    let run = try place.record([program.path, "ring", "\(place.watched)/file"])
    #expect(run.status == 0, "\(run.errors)")
    try place.compareReplay(of: "file", with: "file")
  }

  @Test func anIgnoredFileMayBeMapped() throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("unseen", in: place.folder)
    let script = "'\(program.path)' mapping \(place.watched)/a-shm && echo x > \(place.watched)/b"
    let run = try place.record(["sh", "-c", script], options: ["--ignore", "*-shm"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      try Folders.names(in: place.output) == [
        "b", "base.txt", "calls.txt", "joint.txt", "live.txt", "marks", "untouched",
      ])
  }

  @Test func aStaticProgramIsAnErrorWithItsRemedy() throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("unseen", in: place.folder, flags: ["-static"])
    let run = try place.record([program.path, "write", "\(place.watched)/file"])
    #expect(run.status == 2)
    #expect(run.errors.contains("never loaded the recorder's library"), "\(run.errors)")
    #expect(run.errors.contains("Use a dynamically linked build"), "\(run.errors)")
  }

  @Test func aStaticChildIsFoundByWhatItLeaves() throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("unseen", in: place.folder, flags: ["-static"])
    let run = try place.record(["sh", "-c", "'\(program.path)' write \(place.watched)/file"])
    #expect(run.status == 2)
    #expect(run.errors.contains("/file' changed and no recorded call did it"), "\(run.errors)")
  }

  /// Whatever the judge says of what was not seen is no verdict: in a file that is recorded in part, beside a
  /// file that is, and where there is none.
  @Test(
    arguments: [
      #""$0" mapping "$1/a""#, #"echo x > "$1/b"; "$0" mapping "$1/a""#,
      #""$0-static" write "$1/a""#, #"echo x > "$1/b"; "$0-static" write "$1/a""#,
    ], ["true", "false"])
  func whatWasNotSeenIsIncompleteInEveryFormat(script: String, judge: String) throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("unseen", in: place.folder)
    try Peer(program: "cc", package: "gcc").run([
      "-static", "-pthread", "-o", program.path + "-static",
      Repository.path("Tests/Programs/unseen.c"),
    ])
    let record = try place.record(["sh", "-c", script, program.path, place.watched])
    #expect(record.status == 2, "\(record.errors)")
    let words = ["check", place.output, "--command", "\(judge) {folder}"]
    let text = try ToolRun(words)
    #expect(text.status == 2, "\(text.result)\(text.errors)")
    #expect(text.result.contains("INCOMPLETE: "), "\(text.result)")
    #expect(text.result.contains(" is incomplete: not recorded: "), "\(text.result)")
    let json = try ToolRun(words + ["--format", "json"])
    #expect(json.status == 2)
    #expect(try json.json.text("outcome") == "incomplete")
    #expect(try json.json.bool("passed") == false)
    let junit = try ToolRun(words + ["--format", "junit"])
    #expect(junit.status == 2)
    #expect(junit.result.contains("<error type=\"incomplete\""), "\(junit.result)")
    #expect(!junit.result.contains("<failure"), "\(junit.result)")
  }

  // MARK: Ends

  @Test func nothingChangedIsStatusThree() throws {
    let place = try RecordingFolder()
    let run = try place.record(["ls", place.watched])
    #expect(run.status == 3)
    #expect(run.errors.contains("nothing below"))
  }

  @Test func aCommandThatCannotBeStartedIsStatusTwo() throws {
    let place = try RecordingFolder()
    let run = try place.record(["/no/such/program"])
    #expect(run.status == 2)
    #expect(run.errors.contains("cannot start '/no/such/program'"), "\(run.errors)")
  }

  @Test func anOutputInUseIsRefused() throws {
    let place = try RecordingFolder()
    try #require(try place.record(["touch", "\(place.watched)/a"]).status == 3)
    let run = try place.record(["touch", "\(place.watched)/a"])
    #expect(run.status == 2)
    #expect(run.errors.contains("it is not empty"), "\(run.errors)")
  }

  @Test func aKilledProgramsRecordingIsItsFile() throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("endless", in: place.folder)
    let file = "\(place.watched)/file"
    let run = try place.record(
      ["bash", "-c", "'\(program.path)' '\(file)' 0 & sleep 0.4; kill -9 $!; wait $!; true"])
    try #require(run.status == 0, "\(run.errors)")
    try place.compareReplay(of: "file", with: "file")
    #expect(!Folders.exists("\(place.output)/journal"))
  }

  @Test func aKilledRecorderLeavesARecordingThatSaysWhatIsMissing() throws {
    let place = try RecordingFolder()
    let program = try CompiledProgram("endless", in: place.folder)
    // The program is killed soon after its recorder, and refused until then, which it may come to say.
    let line = """
      powercut record --watch '\(place.watched)' --output '\(place.output)' -- \
      bash -c 'echo $$ > "$0/pid"; exec "$1" "$2" 0 > "$0/said"' '\(place.folder.path)' \
      '\(program.path)' '\(place.watched)/file' & recorder=$!
      until [ "$(stat -c %s '\(place.output)/file/writes.log' 2>/dev/null || echo 0)" -gt 400000 ]
      do sleep 0.05; done
      kill -9 $recorder
      for i in $(seq 200); do kill -0 $(cat '\(place.folder.path)/pid') 2>/dev/null || break; sleep 0.05; done
      """
    _ = try ToolRun.line(line)
    #expect(try ["errno 5\n", ""].contains(InputFile.text(place.folder.path("said"))))
    let check = try ToolRun(["check", "\(place.output)/file", "--states", "flushed-only"])
    #expect(check.status == 2, "\(check.result)\(check.errors)")
    #expect(
      check.errors.contains(
        "the recorder was killed, or still runs: what the program did after the last entry is missing"
      ),
      "\(check.errors)")
  }

  /// More files than the recorder, or whoever reads the recording, can have open.
  @Test func manyFilesAreRecordedWithFewDescriptors() throws {
    let place = try RecordingFolder()
    let program = """
      import os, sys
      for turn in range(2):
          for n in range(300):
              with open('%s/file%d' % (sys.argv[1], n), 'ab') as f:
                  f.write(b'%d' % turn * 700); f.flush(); os.fsync(f.fileno())
      """
    try OutputFile.write(program, to: place.folder.path("program.py"))
    let run = try ToolRun.line(
      """
      ulimit -n 128; powercut record --watch '\(place.watched)' --output '\(place.output)' -- \
        python3 '\(place.folder.path("program.py"))' '\(place.watched)' > '\(place.folder.path("said"))' && \
        powercut check '\(place.output)' --states prefix --from last --command 'test -s {folder}/file299'
      """)
    #expect(run.status == 0, "\(run.result)\(run.errors)")
    let last = place.folder.path("last")
    #expect(
      try ToolRun(["replay", place.output, "--folder", "--output", last]).status == 0)
    try shell("diff -r '\(place.watched)' '\(last)'")
  }
}
