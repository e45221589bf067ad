import Host
import TestSupport
import Testing

/// Marks whose names mean something else, too, as xfstests has one called `last`.
@Suite struct CutNameTests {
  private let folder: TemporaryFolder
  private var log: String { folder.path("L") }

  /// A; the mark `last` as entry 2; B; the mark `1` as entry 5; C.
  private static let makeLog = """
    import struct, sys
    S = 512
    entries = []
    def entry(sector, count, flags, text=b'', data=b''):
        head = struct.pack('<QQQQ', sector, count, flags, len(text)) + text
        entries.append(head.ljust(S, b'\\0') + data)
    entry(0, 1, 0, data=b'A' * S)
    entry(0, 0, 1)
    entry(0, 0, 8, b'last')
    entry(1, 1, 0, data=b'B' * S)
    entry(0, 0, 8, b'end')
    entry(0, 0, 8, b'1')
    entry(0, 0, 8, b'mark:end')
    entry(2, 1, 0, data=b'C' * S)
    log = struct.pack('<QQQI', 0x6a736677736872, 1, len(entries), S).ljust(S, b'\\0')
    open(sys.argv[1], 'wb').write(log + b''.join(entries))
    """

  init() throws {
    folder = try TemporaryFolder()
    try Peer(program: "python3", package: "python3").run(["-c", Self.makeLog, folder.path("L")])
  }

  @Test(arguments: [
    ("mark:last", "cut:3"), ("cut:last", "cut:8"), ("mark:1", "cut:6"), ("cut:1", "cut:1"),
    ("end", "cut:5"), ("mark:end", "cut:5"), ("mark:mark:end", "cut:7"), ("3", "cut:3"),
  ])
  func aPlaceIsNamedInOneWay(name: String, state: String) throws {
    let run = try ToolRun(["replay", log, "--at", name, "--output", folder.path("image")])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.result.hasPrefix("\(state)  "), "\(run.result)")
  }

  @Test(arguments: [
    ("last", "entry 2 (cut:3)", "the end of the log (cut:8)"),
    ("1", "entry 5 (cut:6)", "the number of entries 1 (cut:1)"),
  ])
  func whatMeansTwoPlacesIsRefused(name: String, mark: String, other: String) throws {
    for words in [
      ["replay", log, "--output", folder.path("image")], ["serve", log, "--run", "echo {uri}"],
    ] {
      let run = try ToolRun(words + ["--at", name])
      #expect(run.status == 2, "\(run.result)")
      for text in [mark, other, "--at 'mark:\(name)'", "--at cut:\(name)"] {
        #expect(run.errors.contains(text), "\(run.errors)")
      }
    }
    #expect(!Folders.exists(folder.path("image")))
  }

  @Test func withoutAnOptionItIsTheEnd() throws {
    let run = try ToolRun(["replay", log, "--output", folder.path("image")])
    #expect(run.result.hasPrefix("cut:8  "), "\(run.errors)")
  }

  @Test(arguments: ["mark:nope", "cut:9", "cut:", "cut:-1", "+1"])
  func whatIsNoPlaceIsRefused(name: String) throws {
    let run = try ToolRun(["replay", log, "--at=\(name)", "--output", folder.path("image")])
    #expect(run.status == 2, "\(run.result)")
  }
}
