import Bytes
import Host
import VHDX

/// The `inspect` command for an image.
struct InspectImage {
  let path: String
  let listsEntries: Bool
  private let image: ImageInspection

  /// `nil` where the file is no image; then it may be a log.
  ///
  /// - Throws: ``HostError`` where it cannot be read.
  init?(_ path: String, listsEntries: Bool) throws(HostError) {
    guard !Folders.isFolder(path) else { return nil }
    let bytes = try MappedFile.map(path)
    guard ImageInspection.isImage(bytes) else { return nil }
    self.path = path
    self.listsEntries = listsEntries
    image = ImageInspection(RegionImage(bytes))
  }

  /// Prints everything and returns the exit status.
  func run(_ format: InspectFormat) throws -> Int32 {
    switch format {
    case .text: try printText()
    case .json: try printJSON()
    }
    return image.problems.isEmpty ? 0 : 1
  }

  private func printText() throws {
    var stream = InspectStream()
    try stream.write(ImageDescription(image, path: path).text)
    if listsEntries {
      let lists = ImageEntryLists(image)
      try lists.forEachBlock { try stream.write($0.text + "\n") }
      try lists.forEachLogEntry { try stream.write($0.text + "\n") }
    }
    for problem in image.problems { try stream.write("problem: \(problem.text)\n") }
    try stream.flush()
  }

  private func printJSON() throws {
    let parts = try ImageInspectionDocument(image, path: path).parts()
    let lists = ImageEntryLists(image)
    var stream = InspectStream()
    try stream.write(parts[0])
    try printList(&stream) { element in
      try lists.forEachBlock { try element(ImageEntryDocument.Block($0)) }
    }
    try stream.write(parts[1])
    try printList(&stream) { element in
      try lists.forEachLogEntry { try element(ImageEntryDocument.LogEntry($0)) }
    }
    try stream.write(parts[2])
    try stream.flush()
  }

  private func printList(
    _ stream: inout InspectStream, _ forEach: ((any Encodable) throws -> Void) throws -> Void
  ) throws {
    guard listsEntries else {
      try stream.write("null")
      return
    }
    var isFirst = true
    try stream.write("[")
    try forEach { element in
      try stream.write((isFirst ? "\n    " : ",\n    ") + ImageEntryDocument.line(element))
      isFirst = false
    }
    try stream.write("\n  ]")
  }
}
