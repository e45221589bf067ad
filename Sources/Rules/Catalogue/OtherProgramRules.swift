/// X: what another program says of the same disk.
extension Rule {
  package static let ofOtherPrograms = [
    x02, x03, x04,
  ]

  package static let x02 = Rule(
    "X02", .unusable, source: "docs/programs.md",
    promise: "our recovery and the command's agree on whether the image opens",
    failure: "two recoveries disagree on whether the image opens",
    explanation: """
      Two recoveries of one format should agree on which images open. It is judged with --command, \
      for VHDX images: where the command accepts a crash state and changes its copy, and leaves no \
      log to replay, Powercut's recovery in the chosen profile is given the same state and has to \
      open it too. If it refuses, one of the two is wrong, and what a person gets back depends on \
      the program. The other direction, a command that refuses what our recovery opens, is \
      reported as X03.
      """,
    example: """
      A cut leaves LogGuid set, and no run of log entries is complete. The command opens the image \
      as if its log were empty, repairs its copy and exits with 0, while the specification says \
      that such an image must be refused.
      """,
    advice: """
      Read the refusal of our recovery in the evidence first, then build the image with the line \
      given there and try both: `powercut recover IMAGE --dry-run`, with --profile qemu-7.2.22 for \
      QEMU's ways. docs/recovery-differences.md lists where QEMU is known to differ.
      """)

  package static let x03 = Rule(
    "X03", .unusable, source: "docs/programs.md",
    promise: "the judge accepts what the cut left: a command exits with 0 in time, an oracle holds",
    failure: "a judge does not accept what the cut left",
    explanation: """
      Whatever a power cut leaves, the program that checks or opens it has to accept it: exit with \
      0 within the time limit. Any other status, a signal and the time limit count as a refusal; \
      125 says that the command cannot tell, and the state is skipped, as it is where QEMU asks \
      for a VHDX log, not an empty one, to be replayed first. Of a folder an oracle can stand in the place of a \
      command: lines, same-as-some-mark (docs/your-program.md). Also reported where a stack's own \
      program finds damage: qemu-img check in a qcow2 image, SQLite when it opens, reads or checks \
      its database.
      """,
    example: """
      A store writes a new index and renames it into place without a sync. In the state where the \
      name persisted and the contents did not, its checker exits with 1: the index is empty.
      """,
    advice: """
      The evidence has the last lines that the program wrote, the writes that are lost and, for a \
      command, one line that builds exactly this image or folder: run the command on that by hand. \
      For a single file, `powercut bisect LOG --command 'CMD {image}'` names the write. Where \
      refusing is right, as before the disk has been made, let the command exit with 125.
      """)

  package static let x04 = Rule(
    "X04", .dataWrong, source: "docs/programs.md",
    promise: "our recovery and the command's leave the same bytes from 1 MiB on",
    failure: "two recoveries leave different bytes",
    explanation: """
      Where a command accepts a crash state of a VHDX image and repairs its copy, the file that it \
      leaves is compared with what Powercut's recovery, in the chosen profile, makes of the same \
      state: byte by byte from 1 MiB on, and in length. The first MiB is left out, because every \
      recovery puts GUIDs of its own into the headers. A difference means that one of the two \
      replays the log wrongly or changes more than it says, so the guest's data depends on who \
      opens the image first.
      """,
    example: """
      The log is to be replayed from entry 4 to entry 6. The command begins with entry 3, which \
      Tail had passed, and puts an old sector back at byte 3145728.
      """,
    advice: """
      The evidence names the first byte that differs, the structure it belongs to, and both files' \
      bytes from there on. If the command is QEMU's, judge with --profile qemu-7.2.22 before you \
      blame the image; docs/recovery-differences.md lists how QEMU's replay differs from the \
      specification.
      """)
}
