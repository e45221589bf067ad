import Bytes

/// A MARK that Powercut writes, so that the log alone says what the client was told when.
///
///     pc1 size 9437184                               the device has this many bytes from here on
///     pc1 begin 17 write 8192 4096 93d1…             operation 17 was submitted; XXH3-64 of its data
///     pc1 begin 18 write 8192 4096 93d1… fua
///     pc1 begin 19 flush                             flush and close have no range
///     pc1 end 17 ok                                  operation 17 was acknowledged
///     pc1 end 17 EIO                                 operation 17 was refused with this error
///     pc1 begin 20 read 8192 4096                    a read; what it returned stands before its end,
///     pc1 got 20 17*6 0*2                            in one mark or several (``ReadContents``)
///     pc1 end 20 ok
///     pc1 recovered                                  what follows was written by a recovery
///
/// Marks of other writers, and free marks of the user, do not start with `pc1 `.
package enum ClientMark: Equatable, Sendable {
  case size(byteCount: UInt64)
  case begin(operation: UInt64, action: Action, range: ByteRange, contents: UInt64, isFUA: Bool)
  case end(operation: UInt64, errorName: String?)
  /// Of a read: what it returned, or the next part of that.
  case got(operation: UInt64, ReadContents)
  case recovered

  package enum Action: String, CaseIterable, Sendable {
    case read
    case write
    case writeZeroes = "write-zeroes"
    case discard
    case flush
    case resize
    case close

    /// Whether the action names a range of the device.
    package var hasRange: Bool {
      switch self {
      case .read, .write, .writeZeroes, .discard: true
      case .flush, .resize, .close: false
      }
    }
  }

  package static let prefix = "pc1 "

  package var text: String {
    switch self {
    case .size(let byteCount): return "pc1 size \(byteCount)"
    case .begin(let operation, let action, let range, let contents, let isFUA):
      var words = ["pc1 begin", "\(operation)", action.rawValue]
      if action.hasRange { words += ["\(range.byteOffset)", "\(range.byteCount)"] }
      if action == .resize { words.append("\(range.byteCount)") }
      if action == .write { words.append(contents.hexDigits) }
      if isFUA { words.append("fua") }
      return words.joined(separator: " ")
    case .end(let operation, let errorName): return "pc1 end \(operation) \(errorName ?? "ok")"
    case .got(let operation, let contents):
      return (["pc1 got", "\(operation)"] + contents.words).joined(separator: " ")
    case .recovered: return "pc1 recovered"
    }
  }

  /// `nil` where `text` is a mark of somebody else.
  ///
  /// - Throws: ``FormatError`` where it starts like one of ours and goes on differently.
  package init?(parsing text: String, at byteOffset: UInt64) throws(FormatError) {
    guard text.hasPrefix(Self.prefix) else { return nil }
    let words = text.split(separator: " ").dropFirst().map(String.init)
    // There is one spelling for each mark: no second space, no sign, no leading zero.
    guard let mark = Self(words: words), mark.text == text else {
      throw FormatError(
        .wrongValue, field: "text", at: byteOffset, expected: "a mark of Powercut's grammar",
        found: "'\(text.prefix(80))'", hint: "Marks that start with 'pc1 ' are Powercut's own.")
    }
    self = mark
  }

  private init?(words: [String]) {
    switch (words.first, words.count) {
    case ("size", 2):
      guard let byteCount = UInt64(words[1]) else { return nil }
      self = .size(byteCount: byteCount)
    case ("recovered", 1):
      self = .recovered
    case ("end", 3):
      guard let operation = UInt64(words[1]) else { return nil }
      self = .end(operation: operation, errorName: words[2] == "ok" ? nil : words[2])
    case ("got", 3...):
      guard let operation = UInt64(words[1]),
        let contents = ReadContents(words: words.dropFirst(2))
      else { return nil }
      self = .got(operation: operation, contents)
    case ("begin", 3...):
      guard let operation = UInt64(words[1]), let action = Action(rawValue: words[2]) else {
        return nil
      }
      self.init(operation: operation, action: action, words: words.dropFirst(3))
    default:
      return nil
    }
  }

  private init?(operation: UInt64, action: Action, words: ArraySlice<String>) {
    var words = words
    let isFUA = words.last == "fua"
    if isFUA { words.removeLast() }
    var range: ByteRange? = ByteRange(byteOffset: 0, byteCount: 0)
    var contents: UInt64? = 0
    if action.hasRange {
      guard words.count >= 2, let start = UInt64(words.removeFirst()),
        let byteCount = UInt64(words.removeFirst())
      else { return nil }
      range = ByteRange(checking: start, byteCount: byteCount)
    } else if action == .resize {
      guard let byteCount = words.popFirst().flatMap({ UInt64($0) }) else { return nil }
      range = ByteRange(byteOffset: 0, byteCount: byteCount)
    }
    if action == .write { contents = words.popFirst().flatMap { UInt64($0, radix: 16) } }
    guard words.isEmpty, let range, let contents else { return nil }
    self = .begin(
      operation: operation, action: action, range: range, contents: contents, isFUA: isFUA)
  }
}

extension ClientMark {
  /// What a read returned, in as few marks as a log of any sector size, with extensions, has room for.
  package static func got(_ operation: UInt64, _ contents: ReadContents) -> [ClientMark] {
    let start = "pc1 got \(operation)".utf8.count
    let room = EntryHeader.maximumTextByteCount(sectorByteCount: 512, hasExtension: true) - start
    return contents.pieces(ofWordBytes: room).map { .got(operation: operation, $0) }
  }
}

extension WriteLogIndex {
  /// Marks that are not Powercut's own: points that somebody gave a name.
  package var foreignMarkCount: Int {
    (0..<entryCount).count { entryIndex in
      let entry = entryWithoutExtension(at: entryIndex)
      return entry.kind == .mark && !text(of: entry).hasPrefix(ClientMark.prefix)
    }
  }
}
