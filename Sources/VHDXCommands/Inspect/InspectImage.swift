import Bytes
import Host
import ToolSupport
import VHDXJudges

/// The `inspect` command for an image.
package struct InspectImage: ImageInspecting {
  let path: String
  let listsEntries: Bool
  private let image: ImageInspection

  /// `nil` where the file is no image; then it may be a log.
  ///
  /// - Throws: ``HostError`` where it cannot be read.
  package init?(_ path: String, listsEntries: Bool) throws(HostError) {
    guard !Folders.isFolder(path) else { return nil }
    let bytes = try MappedFile.map(path)
    let file = RegionImage(bytes)
    guard VHDXFormat().recognizesDamaged(file) else { return nil }
    self.path = path
    self.listsEntries = listsEntries
    image = ImageInspection(file)
  }

  /// Prints everything and returns the exit status.
  package func run(_ format: InspectFormat) throws -> Int32 {
    var stream = InspectStream()
    switch format {
    case .text: try printText(&stream)
    case .json: try printJSON(&stream)
    }
    if stream.isCutShort { return Interrupts.exitStatus }
    return image.problems.isEmpty ? 0 : 1
  }

  private func printText(_ stream: inout InspectStream) throws {
    try stream.write(ImageDescription(image, path: path).text)
    if listsEntries {
      let lists = ImageEntryLists(image)
      try lists.forEachBlock { try stream.writeElement($0.text + "\n") }
      try lists.forEachLogEntry { try stream.writeElement($0.text + "\n") }
    }
    for problem in image.problems { try stream.write("problem: \(problem.text)\n") }
    try stream.flush(listing: "all entries")
  }

  private func printJSON(_ stream: inout InspectStream) throws {
    var document = ImageInspectionDocument(image, path: path)
    let parts = try document.parts()
    let lists = ImageEntryLists(image)
    try stream.write(parts[0])
    try printList(&stream) { element in
      try lists.forEachBlock { try element(ImageEntryDocument.Block($0)) }
    }
    try stream.write(parts[1])
    try printList(&stream) { element in
      try lists.forEachLogEntry { try element(ImageEntryDocument.LogEntry($0)) }
    }
    if stream.isCutShort { document.interrupt() }
    try stream.write(document.parts()[2])
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
      let text = try ImageEntryDocument.line(element)
      let isWritten = try stream.writeElement((isFirst ? "\n    " : ",\n    ") + text)
      isFirst = isFirst && !isWritten
    }
    try stream.write("\n  ]")
  }
}
