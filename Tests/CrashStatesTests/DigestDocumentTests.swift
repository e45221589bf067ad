import Bytes
import CrashStates
import Host
import TestSupport
import Testing

/// The definition in docs/digest.md and ours are the same.
@Suite struct DigestDocumentTests {
  @Test func theTenLinesOfTheDocumentGiveOurDigests() throws {
    let lines = try Self.codeBlock(of: Repository.text("docs/digest.md"))
    #expect(lines.count == 10)
    let folder = try TemporaryFolder()
    try OutputFile.write(lines.joined(separator: "\n") + "\n", to: folder.path("digest.py"))
    var log = TestLog.random(seed: 42, entryCount: 30)
    log.size((62 << 10) + 77)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 0)
    let cuts = [0, 1, 7, 15, 29, 30, 31]
    for cut in cuts {
      let image = folder.path("\(cut).img")
      try OutputFile.write(
        Oracle(log, cut: cut, initialByteCount: 0).image, to: image)
      let found = try Peer.python.run([folder.path("digest.py"), image])
      #expect(found == "\(history.digest(atCut: cut))\n", "cut \(cut)")
    }
    #expect(Set(cuts.map { history.digest(atCut: $0) }).count > 4)
  }

  /// The lines of the one block of Python.
  static func codeBlock(of document: String) -> [String] {
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let start = lines.firstIndex(of: "```python"),
      let end = lines[start...].firstIndex(of: "```")
    else { return [] }
    return Array(lines[(start + 1)..<end])
  }
}
