import Rules

/// A finding on the night's page, in the words of its templates.
struct FindingRow: Sendable {
  struct Picture: Sendable {
    let source: String
    let words: String
    /// Whether it is a map of bytes, which is flat.
    let isFlat: Bool
  }

  let place: PagedFinding.Place
  let page: String
  let rule: String
  let failure: String
  let promise: String
  let severity: String
  let target: String
  let statusClass: String
  let statusSign: String
  let statusWord: String
  /// What `statusWord` does not say.
  let remarks: [String]
  let titles: [String]
  let shapes: [String]
  let seedTexts: [String]
  let thumbnail: [Picture]

  init(_ finding: PagedFinding, _ files: FindingFiles?) {
    place = finding.place
    page = PageLink.relative(finding.page)
    rule = finding.rule.rawValue
    failure = finding.rule.failure
    promise = finding.rule.promise
    severity = finding.rule.severity.rawValue
    target = finding.target
    statusClass = finding.mark.name
    statusSign = finding.mark.sign
    statusWord = finding.mark.word
    remarks = [finding.statusRemark].compactMap { $0 }
    titles = [finding.title].compactMap { $0 }
    shapes = [finding.shape].compactMap { $0 }
    seedTexts = [finding.seedText].compactMap { $0 }
    thumbnail =
      Self.pictureNames.first { files?.names.contains($0) == true }.flatMap { name in
        files.map { files in
          Picture(
            source: PageLink.relative("\(files.path)/\(name)") + FindingFile.detail,
            words:
              "Picture of \(finding.rule.rawValue) in \(finding.target): \(finding.rule.failure)",
            isFlat: name == FindingFile.bytesPicture
          )
        }
      }.map { [$0] } ?? []
  }

  /// The first that is there stands for the finding.
  private static let pictureNames = [FindingFile.bytesPicture, FindingFile.runPicture]
}
