import Bytes
import Glibc
import Synchronization

/// What a recording keeps of a large file: what was changed of it, while all else stands in the file itself.
///
///     powercut-lent 1
///     file DEVICE INODE BYTES MODIFIED CHANGED PATH    seconds with nine digits; the path with percent signs
///     bytes 1073741824                                 how long what it stands for is
///     kept 4096 65536                                  from which byte, how many bytes: ascending, whole pages
///
/// The ranges that are kept stand in the file beside it whose name ends in `.kept`, where they stand in the whole; all
/// else is the file's, which must be as it was: not written to, not given other permissions, not replaced. An empty
/// list is one whose recorder was killed.
package struct LentFile: Equatable, Sendable {
  package static let suffix = ".lent"
  package static let keptSuffix = ".kept"
  private static let header = "powercut-lent 1"

  /// Which file it is, and when it was changed last: what tells it from itself later on.
  package struct Identity: Equatable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    package var byteCount: UInt64
    /// When its contents were changed, and when anything of it was.
    package var modified: String
    package var changed: String
    /// The same in nanoseconds since 1970.
    package var changedTime: Int64 {
      let parts = changed.split(separator: ".").map { Int64($0) ?? 0 }
      return (parts.first ?? 0) &* 1_000_000_000 &+ (parts.count > 1 ? parts[1] : 0)
    }

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      byteCount = UInt64(max(0, status.st_size))
      modified = Self.text(status.st_mtim)
      changed = Self.text(status.st_ctim)
    }

    fileprivate init?(_ words: [Substring]) {
      guard words.count == 5, let device = UInt64(words[0]), let inode = UInt64(words[1]),
        let byteCount = UInt64(words[2])
      else { return nil }
      self.device = device
      self.inode = inode
      self.byteCount = byteCount
      modified = String(words[3])
      changed = String(words[4])
    }

    /// - Throws: ``HostError`` where there is no such file.
    package init(of path: FilePath) throws(HostError) {
      var status = stat()
      guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0 else {
        throw HostError("look at", "\(path)", errorNumber: errno)
      }
      self.init(status)
    }

    private static func text(_ time: timespec) -> String {
      let nanoseconds = "\(time.tv_nsec)"
      return "\(time.tv_sec)." + String(repeating: "0", count: max(0, 9 - nanoseconds.count))
        + nanoseconds
    }

    fileprivate var words: String { "\(device) \(inode) \(byteCount) \(modified) \(changed)" }
  }

  package var path: FilePath
  package var identity: Identity
  /// How long what it stands for is, in bytes.
  package var byteCount: UInt64
  /// Ascending, apart from each other, whole pages but for the end.
  package var kept: [ByteRange]

  package init(_ path: FilePath, _ identity: Identity, byteCount: UInt64, kept: [ByteRange]) {
    self.path = path
    self.identity = identity
    self.byteCount = byteCount
    self.kept = kept
  }

  /// What ``init(parsing:at:)`` reads.
  package var text: String {
    var text = "\(Self.header)\nfile \(identity.words) \(PercentText.escaped(path.bytes))\n"
    text += "bytes \(byteCount)\n"
    for range in kept { text += "kept \(range.byteOffset) \(range.byteCount)\n" }
    return text
  }

  /// - Parameter list: where the text is, for messages.
  /// - Throws: ``HostError`` where it is no such list, or its recorder was killed.
  package init(parsing text: String, at list: String) throws(HostError) {
    if text.isEmpty {
      throw HostError(
        "read", list, found: "the recorder was killed before it said in which file the rest is",
        hint: "Record again; with --keep-whole files are kept whole from the beginning.")
    }
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    guard text.hasPrefix("\(Self.header)\n"), lines.count >= 3, lines[1].count == 7,
      lines[1][0] == "file", let identity = Identity(Array(lines[1][1...5])),
      lines[2].count == 2, lines[2][0] == "bytes", let byteCount = UInt64(lines[2][1])
    else { throw Self.isDamaged(list, "its first three lines are not what they have to be") }
    self.init(
      FilePath(PercentText.plain(lines[1][6].utf8)), identity, byteCount: byteCount, kept: [])
    var end: UInt64 = 0
    for line in lines.dropFirst(3) {
      guard line.count == 3, line[0] == "kept", let first = UInt64(line[1]),
        let count = UInt64(line[2]), count > 0, first >= end, first < byteCount,
        count <= byteCount - first, first % UInt64(getpagesize()) == 0
      else { throw Self.isDamaged(list, "'\(line.joined(separator: " "))'") }
      kept.append(ByteRange(byteOffset: first, byteCount: count))
      end = first + count
    }
    // What is not kept must be in the file.
    guard byteCount <= UInt64(Int.max),
      gaps.allSatisfy({ $0.endByteOffset <= identity.byteCount })
    else { throw Self.isDamaged(list, "the file has fewer bytes than it is said to lend") }
  }

  private static func isDamaged(_ list: String, _ found: String) -> HostError {
    HostError("read", list, found: "it is damaged: \(found)", hint: "Record again.")
  }

  /// The ranges that stand in the file itself.
  package var gaps: [ByteRange] {
    var gaps: [ByteRange] = []
    var end: UInt64 = 0
    for range in kept + [ByteRange(byteOffset: byteCount, byteCount: 0)] {
      if range.byteOffset > end {
        gaps.append(ByteRange(byteOffset: end, byteCount: range.byteOffset - end))
      }
      end = range.endByteOffset
    }
    return gaps
  }

  /// - Throws: ``HostError`` where the file is not as it was when it was recorded.
  package func check(for list: String) throws(HostError) {
    let now = try? Identity(of: path)
    if now == identity { return }
    throw HostError(
      "read", list,
      found: """
        it holds only what was changed of '\(path)', \
        \(now == nil ? "which is not there any more" : "and that has been changed since")
        """,
      hint: """
        Record again, and leave the file as it is until all is checked; with --keep-whole a recording \
        keeps such files whole.
        """)
  }

  // MARK: Reading

  /// Lists that were read by this process, by their paths.
  private static let used = Mutex<[String: LentFile]>([:])

  /// What a list stands for, as memory.
  ///
  /// - Throws: ``HostError`` where the file is not as it was, or cannot be mapped.
  static func map(_ list: String, access: MappedFile.Access) throws(HostError) -> ByteRegion {
    let lent = try LentFile(
      parsing: InputFile.text(list, maximumByteCount: 1 << 28), at: list)
    try lent.check(for: list)
    used.withLock { $0[list] = lent }
    if lent.byteCount == 0 { return ByteRegion([]) }
    let file = try lent.openFile()
    let kept =
      lent.kept.isEmpty
      ? nil
      : try OpenFile(String(list.dropLast(suffix.count)) + keptSuffix, flags: O_RDONLY)
    if let kept, let last = lent.kept.last {
      guard try kept.status().st_size >= off_t(last.endByteOffset) else {
        throw isDamaged(list, "'\(kept.path)' is shorter than what it keeps")
      }
    }
    return try LentMapping(lent, file: file, kept: kept, list: list, access: access).region
  }

  private func openFile() throws(HostError) -> OpenFile {
    do {
      return try path.withText { try OpenFile($0, flags: O_RDONLY | O_NONBLOCK) }
    } catch let error as HostError {
      throw error
    } catch {
      throw HostError("open", "\(path)", errorNumber: EIO)
    }
  }

  /// To be asked before anything is said of what was read: whether the files of all lists that this process has read
  /// still are as they were.
  ///
  /// - Throws: ``HostError`` for one that is not.
  package static func checkAll() throws(HostError) {
    let lists = used.withLock { $0 }
    for (list, lent) in lists.sorted(by: { $0.key < $1.key }) { try lent.check(for: list) }
  }
}
