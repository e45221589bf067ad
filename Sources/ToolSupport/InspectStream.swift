import Host

/// Text for stdout in pieces, so that a long list never is in memory as a whole.
///
/// From its first piece on the result is being printed, so that a signal ends the lists and the rest is
/// printed still: ``isCutShort``.
package struct InspectStream {
  private static let pieceByteCount = 1 << 16

  private var text = ""
  private var isBegun = false
  /// Whether a list has left something out because of a signal.
  package private(set) var isCutShort = false
  /// How many elements of lists were written.
  package private(set) var elementCount = 0

  package init() {}

  package mutating func write(_ more: String) throws(HostError) {
    text += more
    if text.utf8.count > Self.pieceByteCount { try flush() }
  }

  /// - Returns: whether the list goes on.
  @discardableResult
  package mutating func writeElement(_ element: String) throws(HostError) -> Bool {
    isCutShort = isCutShort || Interrupts.isRequested
    if isCutShort { return false }
    try write(element)
    elementCount += 1
    return true
  }

  /// The last piece of a text.
  ///
  /// - Parameter list: what would all be listed: `12 entries`.
  package mutating func flush(listing list: String) throws(HostError) {
    if isCutShort {
      text += "INTERRUPTED: \(elementCount) of \(list) are listed\n"
    }
    try flush()
  }

  package mutating func flush() throws(HostError) {
    if !isBegun { Interrupts.claimEnd() }
    isBegun = true
    try StandardStreams.writeResult(text)
    text = ""
  }
}
