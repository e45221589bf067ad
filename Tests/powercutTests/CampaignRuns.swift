import Foundation
import Host
import TestSupport
import Testing

/// Campaigns of the real tool in a folder of their own.
struct CampaignRuns {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func path(_ name: String) -> String { folder.path(name) }

  /// Three kinds of targets: a client's operations, made-up images, a real program.
  static let threeKinds = """
    campaign: three kinds
    targets:
      - { stack: "raw:exact", bugs: [logger.flush-covers-later, logger.size-unlogged], seeds: 1..60 }
      - { name: images, stack: "vhdx:exact", workload: dirty-images, bugs: [recovery.tail-ignored], seeds: 1..60 }
      - { stack: "program:python-raw", seeds: 1..8 }
    canary: logger.count-early
    """

  func file(_ text: String) throws -> String {
    let path = path("campaign.yaml")
    try OutputFile.write(text + "\n", to: path)
    return path
  }

  func run(_ file: String, _ output: String, _ more: String...) throws -> ToolRun {
    try ToolRun(
      ["campaign", file, "--output", path(output), "--allow-exec"] + more, build: .release)
  }

  /// What `report` says, without what differs from one night to the other: times, and the folder's own name.
  func report(_ output: String, _ more: String...) throws -> (text: String, status: Int32?) {
    let run = try ToolRun(["report", path(output), "--format", "json"] + more, build: .release)
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(run.result.utf8)) as? [String: Any],
      "\(run.errors)")
    let data = try JSONSerialization.data(
      withJSONObject: document.filter { $0.key != "timing" },
      options: [.sortedKeys, .prettyPrinted])
    return (
      String(decoding: data, as: UTF8.self).replacing(
        path(output).replacing("/", with: "\\/"), with: "DIR"),
      run.status
    )
  }

  /// Starts a worker and kills it with all that it has started, unless it ends before.
  ///
  /// - Returns: whether it was killed.
  func kill(
    _ file: String, _ output: String, afterMilliseconds milliseconds: Int, _ more: String = ""
  ) throws -> Bool {
    let run = try ToolRun.line(
      """
      setsid powercut campaign '\(file)' --output '\(path(output))' --allow-exec \(more) \
        > '\(path("said"))' 2>&1 & pid=$!
      sleep \(Double(milliseconds) / 1000)
      kill -9 -$pid 2>/dev/null && echo killed
      wait $pid 2>/dev/null || true
      """, build: .release)
    return run.result == "killed\n"
  }
}
