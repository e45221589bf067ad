import Bytes
import Campaign
import Checking
import Host
import Nights
import Reporting
import Scheduling
import Stacks

/// Where the findings of campaigns are kept, a folder each: what broke, the minimized scenario with its
/// recording, and in `unshrunk` the recording of the run as it was found.
///
/// A folder is named after rule, judge and shape, so a bug that is found again comes to the same place.
struct FindingFolder {
  static let scenarioName = "scenario.yaml"
  static let unshrunkName = "unshrunk.yaml"
  static let documentName = "finding.json"
  static let runPictureName = "picture.svg"
  static let byteMapName = "bytes.svg"

  private let path: String
  /// What makes the runs that are recorded.
  private let carrier: RunCarrier

  init(_ path: String, carrier: RunCarrier) throws {
    self.path = path
    self.carrier = carrier
    try Folders.create(path)
  }

  func folder(of group: FindingGroup) -> String { "\(path)/\(group.name)" }

  /// The scenarios that earlier campaigns left, in the order of their names.
  func knownScenarios() throws -> [LoadedScenario] {
    try Folders.files(below: path, suffix: Self.scenarioName).map(LoadedScenario.init(path:))
  }

  /// What was found and not yet made smaller, in the order of the names.
  func unshrunkScenarios() throws -> [LoadedScenario] {
    try Folders.names(in: path)
      .filter { $0.hasPrefix(Self.pendingPrefix) && $0.hasSuffix(".yaml") }
      .map { try LoadedScenario(path: "\(path)/\($0)") }
  }

  private static let pendingPrefix = "unshrunk-"

  /// Writes a run as it was found; it is on the disk when this returns.
  ///
  /// - Returns: the file; `nil` where the finding is of no seed.
  @discardableResult
  func keepUnshrunk(_ finding: Finding, of plan: FuzzPlan) throws -> String? {
    guard let seed = finding.seed else { return nil }
    let scenario = Scenario(
      of: plan.configuration(for: seed), seed: seed, tiers: plan.tiers, breaking: finding.rule,
      also: finding.alsoBroken)
    let kept = "\(path)/\(Self.pendingPrefix)\(finding.rule.rawValue)-seed-\(seed).yaml"
    try OutputFile.write(scenario.text, to: kept)
    return kept
  }

  /// Writes the folder of a finding, unless one is there of the same or an earlier seed: so it is the same
  /// whichever worker comes first.
  func keep(_ group: FindingGroup) throws {
    let folder = folder(of: group)
    if Folders.exists("\(folder)/\(Self.documentName)"),
      let kept = try? LoadedScenario(path: "\(folder)/\(Self.scenarioName)"),
      kept.scenario.seeds.first <= group.scenario.seeds.first
    {
      return
    }
    try write(group, command: "fuzz")
  }

  /// Writes the folder of a finding; one that is there already is written over.
  func write(_ written: FindingGroup, command: String) throws {
    var group = written
    let folder = folder(of: group)
    try Folders.create(folder)
    try OutputFile.write(group.unshrunk.text, to: "\(folder)/\(Self.unshrunkName)")
    try OutputFile.write(group.scenario.text, to: "\(folder)/\(Self.scenarioName)")
    group.finding.violation.bytes = try writeRecording(
      of: group.scenario, group.finding.violation, to: folder)
    if group.scenario.configuration.hasClient {
      try Folders.create("\(folder)/unshrunk")
      try writeRecording(of: group.unshrunk, to: "\(folder)/unshrunk")
    }
    try OutputFile.write(page(of: group, folder), to: "\(folder)/README")
    let check = "\(folder)/check.sh"
    try OutputFile.write(BuildCheck(group, judgeWords: carrier.judgeWords).text, to: check)
    try FileModes.makeExecutable(check)
    if let token = group.token { try OutputFile.write("\(token)\n", to: "\(folder)/token") }
    var report = RunReport(command: command, subject: "\(group.scenario.configuration.stack)")
    report.findings = [reproducible(group)]
    report.groups = [group]
    try OutputFile.write(
      try JSONReport(report).text(.none), to: "\(folder)/\(Self.documentName)")
  }

  /// The finding with the one line that shows it again.
  func reproducible(_ group: FindingGroup) -> Finding {
    var finding = group.finding
    finding.violation.evidence = finding.violation.evidence.map {
      $0.replacing(FolderJudge.recordingPlace, with: folder(of: group).shellQuoted)
    }
    let scenario = "\(folder(of: group))/\(Self.scenarioName)"
    // The scenario names the program's file.
    let program = group.scenario.configuration.programWords(namesExecutable: false)
    finding.reproduce =
      (["powercut", "replay-run", scenario.shellQuoted] + program + carrier.judgeWords)
      .joined(separator: " ")
    return finding
  }

  // MARK: Inside

  private func page(of group: FindingGroup, _ folder: String) -> String {
    var report = RunReport(
      command: "minimized", subject: "\(group.scenario.configuration.stack)",
      seeds: group.scenario.seeds)
    report.findings = [reproducible(group)]
    report.notes = FindingGroupText(group).lines + imageLines(of: group, folder)
    return TextReport(report, usesColor: false).pageText
  }

  /// How the images before and after recovery are made.
  private func imageLines(of group: FindingGroup, _ folder: String) -> [String] {
    guard let state = group.finding.violation.state else { return [] }
    let kind = group.scenario.configuration.stack.image
    let isImage = kind.isOfKnownFormat
    let image = isImage ? "crash.\(kind.rawValue)" : "crash.img"
    var lines = [
      "the disk after the cut: powercut replay \(folder.shellQuoted) --state '\(state)' "
        + "--output \(image)"
    ]
    if isImage {
      lines.append(
        "what opening makes of it: powercut recover \(image) --output recovered.\(kind.rawValue)")
    }
    return lines
  }

  /// - Parameter violation: what its pictures show; `nil` for none.
  /// - Returns: which bytes are wrong, where it is about bytes.
  @discardableResult
  private func writeRecording(
    of scenario: Scenario, _ violation: Violation? = nil, to folder: String
  ) throws -> ByteMap? {
    let seed = scenario.seeds.first
    if scenario.configuration.workload == .dirtyImages {
      try writeImages(scenario.configuration, seed, to: folder)
      return nil
    }
    switch carrier {
    case .files(let carrier):
      let run = carrier.carryOut(scenario.configuration, seed: seed, tiers: scenario.tiers)
      for file in run.recordedFiles { try write(file, to: "\(folder)/\(file.name)") }
      return nil
    case .device(let carrier):
      let run = carrier.carryOut(scenario.configuration, seed: seed)
      try writeRecording(run.record, to: folder)
      guard let violation else { return nil }
      try OutputFile.write(
        RunPictureSVG(run, violation).text, to: "\(folder)/\(Self.runPictureName)")
      guard let map = ByteMap(of: run, violation) else {
        Folders.remove("\(folder)/\(Self.byteMapName)")
        return nil
      }
      try OutputFile.write(
        ByteMapSVG(map, violation, of: run).text, to: "\(folder)/\(Self.byteMapName)")
      return map
    }
  }

  private func writeRecording(_ run: RunRecord, to folder: String) throws {
    for file in run.recordedFiles { try write(file, to: "\(folder)/\(file.name)") }
    var manifest = RecordingManifest(
      stack: "\(run.configuration.stack)",
      bugs: run.configuration.bugs.sorted().map(\.identifier), seed: run.seed,
      initialByteCount: run.initialContents.byteCount)
    // What a program writes to is a file, and grows.
    if run.configuration.stack.program != nil { manifest.isFile = true }
    try OutputFile.write(try manifest.text(), to: "\(folder)/manifest.json")
  }

  /// The images of the seed before anyone recovered them.
  private func writeImages(
    _ configuration: RunConfiguration, _ seed: Seed, to folder: String
  ) throws {
    for (index, image) in configuration.madeUpImages(seed: seed).enumerated() {
      try write(
        image.contents, to: "\(folder)/image-\(index).\(configuration.stack.image.rawValue)")
    }
  }

  private func write(_ file: RecordedRunFile, to path: String) throws {
    if let slash = path.lastIndex(of: "/") { try Folders.create(String(path[..<slash])) }
    switch file.contents {
    case .bytes(let bytes):
      let copy = try SparseImageFile(path, byteCount: UInt64(bytes.count))
      try copy.write(bytes, at: 0)
      try copy.finish()
    case .sparse(let contents): try write(contents, to: path)
    }
  }

  /// With holes where nothing was written, so that a night's findings are small.
  private func write(_ contents: SparseBytes, to path: String) throws {
    let copy = try SparseImageFile(path, byteCount: contents.byteCount)
    try contents.forEachPage { byteOffset, page in
      let byteCount = min(UInt64(page.count), contents.byteCount - byteOffset)
      try copy.write(Array(page.prefix(Int(byteCount))), at: byteOffset)
    }
    try copy.finish()
  }
}
