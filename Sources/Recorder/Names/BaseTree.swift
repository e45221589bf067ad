import Bytes
import CJournal
import Host
import WriteLog

/// What a recording keeps of the watched folder before the program starts: all names, and the contents of all
/// files.
///
///     base.txt           the names (``FolderListing``)
///     untouched/17       the contents of number 17; once a program comes to the file, they are the base of
///                        its recording instead
///     untouched/18.lent  where the contents of number 18 are, a large file (``LentFile``)
struct BaseTree {
  package static let listingName = "base.txt"
  package static let folderName = "untouched"

  private let output: String
  private let mode: CopyMode
  /// Large files that no program has come to, by their numbers.
  private var lent: [Int: LentContents] = [:]

  /// Keeps everything but what is ignored.
  ///
  /// - Parameter greatestWhole: files with more bytes of data stay where they are; `nil` keeps all.
  /// - Throws: ``HostError`` where something cannot be read, or not be kept.
  init(
    _ survey: FolderSurvey, _ listing: FolderListing, below watched: FilePath, in output: String,
    mode: CopyMode, greatestWhole: UInt64? = nil
  ) throws {
    self.output = output
    self.mode = mode
    try Folders.create("\(output)/\(Self.folderName)", mode: mode)
    try OutputFile.write(listing.text, to: "\(output)/\(Self.listingName)", mode: mode)
    var kept: Set<Int> = []
    for name in listing.names {
      guard case .file(let byteCount) = name.kind, byteCount > 0, kept.insert(name.node).inserted
      else { continue }
      try watched.appending(name.path).withText { path in
        let own = self.path(name.node)
        if let greatestWhole, lent.count < Int(PCJ_LENT_FILES),
          LentContents.dataByteCount(of: path) > greatestWhole,
          try !SparseCopy.isClone(of: path, at: own), let contents = LentContents(path)
        {
          lent[name.node] = contents
          try OutputFile.write("", to: own + LentFile.suffix, mode: CopyMode(ofCopyOf: path))
        } else if !Folders.exists(own) {
          try SparseCopy.make(of: path, at: own)
        }
      }
    }
  }

  /// Hands the contents of a file over, which must not be asked for again.
  ///
  /// - Returns: where they are; `nil` where nothing was kept of it.
  mutating func take(_ node: Int) -> RecordedFile.Base? {
    if let contents = lent.removeValue(forKey: node) {
      Folders.remove(path(node) + LentFile.suffix)
      return .lent(contents)
    }
    return Folders.exists(path(node)) ? .kept(path(node)) : nil
  }

  /// Says where the contents are of large files that no program has come to, and keeps those that have no name any
  /// more or that somebody writes to.
  ///
  /// - Parameter find: the path of a file by its number.
  func settle(_ find: (_ node: Int) -> FilePath?) throws {
    for (node, contents) in lent.sorted(by: { $0.key < $1.key }) {
      let list = path(node) + LentFile.suffix
      let mode = CopyMode(ofCopyOf: contents.readablePath)
      if let found = find(node), let file = try LentSettlement.list(contents, at: found) {
        try OutputFile.write(file.text, to: list, mode: mode)
      } else {
        try SparseCopy.make(of: contents.readablePath, at: path(node), mode: mode)
        Folders.remove(list)
      }
    }
  }

  private func path(_ node: Int) -> String { "\(output)/\(Self.folderName)/\(node)" }
}

extension FolderSurvey {
  /// The names below a folder, relative to it, without those that are ignored.
  func listing(
    below watched: FilePath, ignored: [String], _ isIgnored: (FilePath) -> Bool,
    numbers: NodeNumbers
  ) -> FolderListing {
    var names: [FolderListing.Name] = []
    for entry in entries {
      guard let path = entry.path.relative(to: watched), path == .here || !isIgnored(entry.path)
      else { continue }
      guard let (node, kind) = entry.numbered(numbers, isRoot: path == .here) else { continue }
      let mode: UInt32 = if case .link = kind { 0 } else { entry.mode }
      names.append(FolderListing.Name(path: path, node: node, mode: mode, kind: kind))
    }
    return FolderListing(names, ignored: ignored)
  }
}

extension FolderSurvey.Entry {
  /// `nil` for what is no part of a recording.
  fileprivate func numbered(
    _ numbers: NodeNumbers, isRoot: Bool
  ) -> (node: Int, kind: FolderListing.Kind)? {
    switch node {
    case .file(let key?): (numbers.number(of: key), .file(byteCount: byteCount))
    case .folder: (isRoot ? FolderListing.root : numbers.new(), .folder)
    case .link(let target): (numbers.new(), .link(target: target))
    case .file, .other, .unknown: nil
    }
  }
}
