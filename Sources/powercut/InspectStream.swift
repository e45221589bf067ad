import Host

/// Text for stdout in pieces, so that a long list never is in memory as a whole.
struct InspectStream {
  private static let pieceByteCount = 1 << 16

  private var text = ""

  mutating func write(_ more: String) throws(HostError) {
    text += more
    if text.utf8.count > Self.pieceByteCount { try flush() }
  }

  mutating func flush() throws(HostError) {
    try StandardStreams.writeResult(text)
    text = ""
  }
}
