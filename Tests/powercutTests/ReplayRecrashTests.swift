import Host
import TestSupport
import Testing

/// `powercut replay --state 'cut:… then cut:…'`: the image of a recovery that was cut off.
@Suite(.serialized) struct ReplayRecrashTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path("image.vhdx") }

  init() throws { folder = try TemporaryFolder() }

  /// A finding's recording, and the state that it names.
  private func finding() throws -> (recording: String, state: String) {
    let out = folder.path("out")
    let fuzz = try ToolRun(
      [
        "fuzz", "--stack", "vhdx:exact", "--bug", "recovery.clears-before-stable", "--seeds",
        "1..20",
        "--states", "prefix,recrash", "--output", out, "--format", "json",
      ], build: .release)
    #expect(fuzz.status == 1)
    // D08 follows from R10, whose folder has the run.
    let found = try fuzz.json.list("findings").first { $0.text("rule") == "D08" }
    return (try FoundRecording.unshrunk(in: out), try #require(found?.text("state")))
  }

  @Test func filesHaveTheDigestsThatAreSaid() throws {
    let (recording, found) = try finding()
    #expect(found.contains(" then cut:"))
    let cut = try #require(found.split(separator: " ").first)
    let states = [
      found, "\(cut) then cut:0", "\(cut) then cut:2", "\(cut) then cut:2 lost:1",
      "\(cut) then cut:2 torn:1:512:prefix:1", "\(cut) then cut:4 torn:3:512:mixture:1",
      "\(cut) then cut:6", "\(cut) then cut:6 torn:5:512:hole:1-7",
    ]
    var digests: [String] = []
    for state in states {
      let run = try ToolRun(
        ["replay", recording, "--state", state, "--output", image], build: .release)
      try #require(run.status == 0, "\(run.errors)")
      let digest = try Self.digest(ofFile: image)
      #expect(run.result == "\(state)  \(digest)  \(image)\n")
      digests.append(digest)
      Folders.remove(image)
    }
    #expect(Set(digests).count >= 5)
    let plain = try ToolRun(
      ["replay", recording, "--state", "\(cut)", "--output", image], build: .release)
    let before = try Self.digest(ofFile: image)
    #expect(plain.result == "\(cut)  \(before)  \(image)\n")
    // The only write that was not lost, and one that kept the 80 bytes that a header has.
    #expect(digests[1] == before && digests[3] == before)
    #expect(digests[2] == digests[4] && digests[2] != before)
  }

  /// The finding by hand: after the second power cut the image opens without its block.
  @Test func theImageOfAFindingLacksWhatRecoveryLost() throws {
    let (recording, state) = try finding()
    let cut = try #require(state.split(separator: " ").first)
    var disks: [String] = []
    for state in ["\(cut)", state] {
      let repaired = folder.path("repaired.vhdx")
      let raw = folder.path("disk.raw")
      for arguments in [
        ["replay", recording, "--state", state, "--output", image],
        ["recover", image, "--output", repaired],
      ] {
        let run = try ToolRun(arguments, build: .release)
        try #require(run.status == 0, "\(run.errors)")
      }
      try Peer.qemuImage.run(["convert", "-f", "vhdx", "-O", "raw", repaired, raw])
      disks.append(try Self.digest(ofFile: raw))
      for path in [image, repaired, raw] { Folders.remove(path) }
    }
    #expect(disks[0] != disks[1])
  }

  struct Refusal: CustomTestStringConvertible {
    var words: String
    var options: [String] = []
    var named: [String]
    var testDescription: String { words }
  }

  @Test func whatCannotBeIsRefused() throws {
    let (recording, found) = try finding()
    let cut = try #require(found.split(separator: " ").first)
    let refusals = [
      Refusal(words: "then cut:99", named: ["then cut", "99"]),
      Refusal(words: "then cut:2 lost:0", named: ["then lost", "0"]),
      Refusal(words: "then cut:4 lost:1", named: ["then lost", "1"]),
      Refusal(words: "then cut:2", options: ["--as", "raw"], named: ["--as vhdx"]),
      Refusal(words: "then cut:2 early:1@0", named: ["early"]),
    ]
    for refusal in refusals {
      let run = try ToolRun(
        ["replay", recording, "--state", "\(cut) \(refusal.words)", "--output", image]
          + refusal.options, build: .release)
      #expect(run.status == 2)
      #expect(run.result.isEmpty)
      for name in refusal.named { #expect(run.errors.contains(name), "\(run.errors)") }
      #expect(!Folders.exists(image))
    }
  }

  /// The lines of Python in docs/digest.md.
  private static func digest(ofFile path: String) throws -> String {
    let page = try InputFile.text(Repository.path("docs/digest.md"))
    let start = try #require(page.range(of: "```python\n"))
    let end = try #require(page[start.upperBound...].range(of: "```"))
    let script = String(page[start.upperBound..<end.lowerBound])
    return String(try Peer.python.run(["-c", script, path]).prefix { $0 != "\n" })
  }
}
