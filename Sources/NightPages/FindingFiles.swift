/// What is there of a finding's folder. The tool has looked, so pages link to nothing that is missing.
package struct FindingFiles: Hashable, Sendable {
  /// From the page's folder: `../raw-exact/D01-PromiseJudge-4b38a435`.
  package var path: String
  /// Sorted; those of folders end in a slash.
  package var names: [String]
  package var runPicture: String?
  package var bytesPicture: String?
  package var scenario: String?
  /// The text of `finding.json`.
  package var document: String?

  package init(path: String, names: [String]) {
    self.path = path
    self.names = names
  }
}
