import WriteLog

/// Who wrote a log: what its order means follows from that.
package enum LogOrigin: String, CaseIterable, Sendable {
  /// Powercut's own recorder: entries tell when they were submitted and when they completed.
  case powercut
  /// The device-mapper target dm-log-writes of Linux: a FUA entry stands before plain writes that
  /// completed earlier, since those wait for their FLUSH.
  case linux
  /// The blklogwrites driver of QEMU: an entry is appended when its request completes.
  case qemu
  /// Anybody else: the order is taken as it is.
  case unknown

  /// By the extension of the first entries; a log without one can be of any other writer.
  package init(recognizing index: WriteLogIndex) {
    let probed = 0..<min(index.entryCount, 16)
    self = probed.contains { index[$0].extension != nil } ? .powercut : .unknown
  }

  /// What a log of this origin does not tell, a sentence each.
  package var blindSpots: [String] {
    switch self {
    case .powercut: []
    case .linux:
      [
        "a log of dm-log-writes does not tell which writes were in flight together: overlapping "
          + "ones are taken in the order of the log",
        "plain writes that it lists behind a FUA entry may have completed before it: at such a cut "
          + "they are optional too (tiers in-flight and all). Where a finding takes one of them to "
          + "persist before that FUA entry, look whether the program could have it in flight by then",
      ]
    case .qemu:
      [
        "a FLUSH of blklogwrites can claim a write that completed while it was in flight: such a "
          + "write is taken as durable, so a loss there is not tried",
        "blklogwrites flags no FUA, logs writes that failed, and leaves out changes of the file's "
          + "length: give the final length with --image-size",
      ]
    case .unknown:
      [
        "the log does not tell which writes were in flight together: they are taken in its order. "
          + "If dm-log-writes or QEMU wrote it, say so (--origin linux, --origin qemu)"
      ]
    }
  }
}
