import Bytes
import Campaign
import Host
import Reporting
import Scheduling

/// Where the findings of a campaign are kept: a folder each, with the recording, its manifest and the
/// report.
struct FindingFolder {
  private let path: String

  init(_ path: String) throws {
    self.path = path
    try Folders.create(path)
  }

  /// Writes one folder for each rule that was broken, named by rule and seed.
  func write(_ report: RunReport, plan: FuzzPlan) throws {
    for finding in report.findings {
      guard let seed = finding.seed else { continue }
      let folder = "\(path)/\(finding.rule.rawValue)-seed-\(seed)"
      try Folders.create(folder)
      switch plan.workload {
      case .client: try writeRecording(plan, seed, to: folder)
      case .dirtyImages: try writeImages(seed, to: folder)
      }
      var single = RunReport(command: report.command, subject: report.subject)
      single.counts = report.counts
      single.findings = [finding]
      let timing = ReportTiming(elapsedNanoseconds: 0, jobCount: 1)
      try OutputFile.write(
        TextReport(single, usesColor: false).text(timing), to: "\(folder)/README")
      try OutputFile.write(try JSONReport(single).text(timing), to: "\(folder)/finding.json")
    }
  }

  private func writeRecording(_ plan: FuzzPlan, _ seed: Seed, to folder: String) throws {
    let run = SimulatedRun(plan.configuration(for: seed), seed: seed)
    try OutputFile.write(run.logBytes, to: "\(folder)/writes.log")
    try write(run.liveContents, to: "\(folder)/live.img")
    if plan.stack.image != .raw { try write(run.initialContents, to: "\(folder)/base.img") }
    let manifest = RecordingManifest(
      stack: "\(plan.stack)", bugs: plan.bugs.sorted().map(\.identifier), seed: seed,
      initialByteCount: run.initialContents.byteCount)
    try OutputFile.write(try manifest.text(), to: "\(folder)/manifest.json")
  }

  /// The images of the seed before anyone recovered them.
  private func writeImages(_ seed: Seed, to folder: String) throws {
    for index in 0..<DirtyImageRun.caseCount {
      let image = DirtyImage(seed: seed, index: UInt64(index))
      try write(image.file.contents, to: "\(folder)/image-\(index).vhdx")
    }
  }

  private func write(_ contents: SparseBytes, to path: String) throws {
    try OutputFile.write(
      contents.read(ByteRange(byteOffset: 0, byteCount: contents.byteCount)), to: path)
  }
}
