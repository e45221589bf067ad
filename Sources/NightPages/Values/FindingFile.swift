/// The files of a finding's folder: what each is for.
struct FindingFile: Sendable {
  static let runPicture = "picture.svg"
  static let bytesPicture = "bytes.svg"
  /// The part of a picture that a small one shows.
  static let detail = "#detail"
  static let scenario = "scenario.yaml"
  static let document = "finding.json"

  let link: String
  let fileName: String
  let fileWords: [String]

  init(_ name: String, in folder: String) {
    link = PageLink.relative("\(folder)/\(name)")
    fileName = name
    fileWords = [Self.words[name]].compactMap { $0 }
  }

  private static let words = [
    "README": "what broke, every step and the line to reproduce it, as text",
    runPicture: "the run as a picture",
    bytesPicture: "which bytes are wrong, and whose they are",
    scenario: "the smallest case, ready for a test",
    document: "the same for programs",
    "check.sh": "whether another build breaks the rule, as git bisect run asks",
    "token": "the run as it was found, in one word",
    "unshrunk.yaml": "the run as it was found, with every choice of its schedule",
    "unshrunk/": "its recording, for powercut bisect",
    "writes.log": "the recording of the smallest case",
    "manifest.json": "what the recording is of",
    "live.img": "the device as the run left it",
    "base.img": "the device as the run found it",
  ]
}
