import Host
import TestSupport
import Testing

/// `powercut replay --state`: the digest that it prints is that of the file that it writes, as the Python
/// of docs/digest.md computes it.
@Suite struct ReplayStateTests {
  /// Entries 2 and 3 overlap and were in flight together, 7 was when the flush 6 completed, 9 when the FUA
  /// write 8 did.
  private static let entries = """
    entry(0, 16, 0, (1, 2))
    entry(0, 0, 1, (3, 4))
    entry(3, 12, 0, (5, 9))
    entry(8, 16, 0, (6, 10))
    entry(127, 4, 0, (11, 12))
    entry(0, 8, 4, (13, 14))
    entry(0, 0, 1, (15, 20))
    entry(4, 8, 0, (16, 21))
    entry(64, 8, 2, (22, 24))
    entry(8, 16, 0, (23, 25))
    entry(16, 32, 0, (26, 27))
    entry(24, 8, 0, (28, 29))
    """

  private static var states: [String] {
    var states = (0...12).map { "cut:\($0)" }
    for bits in 1..<16 {
      let lost = (2...5).filter { bits >> ($0 - 2) & 1 == 1 }.map { "\($0)" }
      states.append("cut:6 lost:" + lost.joined(separator: ","))
    }
    let shapes = [
      "512:prefix:1", "512:prefix:3", "512:suffix:1", "512:suffix:2", "512:hole:1-3",
      "512:mixture:5", "4096:prefix:1", "4096:suffix:1", "4096:mixture:9",
    ]
    // Without the others nothing hides what persisted.
    for entry in ["3,5 torn:2", "5 torn:3", "3 torn:4"] {
      states += shapes.map { "cut:6 lost:\(entry):\($0)" }
    }
    return states + [
      "cut:6 early:3@2", "cut:6 lost:2 early:3@2", "cut:6 early:7@6",
      "cut:6 lost:2,3,4,5 early:7@6",
      "cut:6 torn:7:512:prefix:2 early:7@6", "cut:8 lost:7 early:9@8", "cut:8 early:8@8",
      "cut:8 lost:7 early:8@8,9@8", "cut:10 early:9@8",
    ]
  }

  @Test func digestOfEachStateIsThatOfItsFile() throws {
    let folder = try TemporaryFolder()
    try TimedLog.make(folder.path("L"), Self.entries)
    let states = Self.states
    try OutputFile.write(states.map { $0 + "\n" }.joined(), to: folder.path("states"))
    let run = try ToolRun.line(
      """
      set -e
      n=0
      while read -r state; do
        powercut replay L --image-size 256KiB --state "$state" --output $n.img
        n=$((n + 1))
      done < states
      """, build: .release, in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.result.split(separator: "\n").map(String.init)
    try #require(lines.count == states.count)
    #expect(states.count >= 60)

    let digests = try Peer.digests(ofFiles: states.indices.map { folder.path("\($0).img") })
    try #require(digests.count == states.count)
    for (place, state) in states.enumerated() {
      #expect(lines[place] == "\(state)  \(digests[place])  \(place).img")
    }
    // Turning 3 before 2 shows, tears show, and some states are the same disk.
    #expect(Set(digests).count > 45)
  }

  /// What is in some sectors: the entry that wrote it, counted from 1, and its place in the write.
  @Test(arguments: [
    ("cut:6 torn:2:4096:suffix:1", [3: "0.0", 7: "0.0", 8: "4.0", 14: "4.6"]),
    ("cut:6 lost:3,5 torn:2:4096:suffix:1", [3: "1.3", 7: "1.7", 8: "3.5", 14: "3.11"]),
    ("cut:6 lost:3,5 torn:2:512:hole:1-3", [3: "3.0", 4: "1.4", 5: "1.5", 6: "3.3"]),
    ("cut:6 lost:5 early:3@2", [3: "3.0", 8: "3.5", 14: "3.11", 15: "4.7"]),
    ("cut:6 lost:2,3,4,5 early:7@6", [3: "1.3", 4: "8.0", 11: "8.7", 12: "1.12", 127: "0.0"]),
    ("cut:8 lost:7 early:9@8", [4: "0.0", 8: "10.0", 23: "10.15", 64: "0.0"]),
    ("cut:8 early:8@8", [4: "8.0", 8: "8.4", 12: "4.4", 64: "9.0"]),
  ])
  func eachSectorIsOfTheEntryThatWon(state: String, sectors: [Int: String]) throws {
    let folder = try TemporaryFolder()
    try TimedLog.make(folder.path("L"), Self.entries)
    try ToolRun(
      ["replay", "L", "--image-size", "256KiB", "--state", state, "--output", "i"],
      build: .release, in: folder.path)
    let bytes = try InputFile.bytes(folder.path("i"))
    for (sector, content) in sectors.sorted(by: { $0.key < $1.key }) {
      #expect("\(bytes[sector * 512]).\(bytes[sector * 512 + 8])" == content, "sector \(sector)")
    }
  }

  /// Without times only --origin says that an entry may have been early.
  @Test func originSaysWhetherAnEntryMayHaveBeenEarly() throws {
    let folder = try TemporaryFolder()
    try TimedLog.make(
      folder.path("L"), "entry(0, 1, 0, None); entry(8, 1, 2, None); entry(1, 1, 0, None)")
    let words = [
      "replay", "L", "--image-size", "64KiB", "--state", "cut:1 lost:0 early:2@1", "--output", "i",
    ]
    let refused = try ToolRun(words, build: .release, in: folder.path)
    #expect(refused.status == 2)
    #expect(refused.errors.contains("'early'") && refused.errors.contains("--origin"))
    let taken = try ToolRun(words + ["--origin", "linux"], build: .release, in: folder.path)
    #expect(taken.status == 0, "\(taken.errors)")
    let bytes = try InputFile.bytes(folder.path("i"))
    #expect([0, 512, 4096].map { bytes[$0] } == [0, 3, 0])
  }
}
