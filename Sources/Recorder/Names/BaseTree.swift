import Bytes
import Host
import WriteLog

/// What a recording keeps of the watched folder before the program starts: all names, and the contents of all
/// files.
///
///     base.txt           the names (``FolderListing``)
///     untouched/17       the contents of number 17; once a program comes to the file, they are the base of
///                        its recording instead
struct BaseTree {
  package static let listingName = "base.txt"
  package static let folderName = "untouched"

  private let output: String

  /// Keeps everything but what is ignored.
  ///
  /// - Throws: ``HostError`` where something cannot be read, or not be kept.
  init(
    _ survey: FolderSurvey, _ listing: FolderListing, below watched: FilePath, in output: String,
    mode: CopyMode
  ) throws {
    self.output = output
    try Folders.create("\(output)/\(Self.folderName)", mode: mode)
    try OutputFile.write(listing.text, to: "\(output)/\(Self.listingName)", mode: mode)
    var kept: Set<Int> = []
    for name in listing.names {
      guard case .file(let byteCount) = name.kind, byteCount > 0, kept.insert(name.node).inserted
      else { continue }
      try watched.appending(name.path).withText { path in
        try SparseCopy.make(of: path, at: self.path(name.node))
      }
    }
  }

  /// Hands the contents of a file over, which must not be asked for again.
  ///
  /// - Returns: where they are; `nil` where nothing was kept of it.
  func take(_ node: Int) -> String? { Folders.exists(path(node)) ? path(node) : nil }

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
