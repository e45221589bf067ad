import Foundation
import Host
import TestSupport
import Testing

/// Programs that change names, permissions and contents at random, one process or several
/// (Tests/Programs/random-folders.c): the first state of each recording must be the folder before, the last one what
/// the program has left. Python looks, not we.
///
/// POWERCUT_GENERATED_FOLDERS=1000 makes so many instead of a sample (`make generated-folders`).
@Suite(.serialized) struct GeneratedFoldersTests {
  private static let sampleCount = 12
  private static var seeds: ClosedRange<Int> {
    let wanted = ProcessInfo.processInfo.environment["POWERCUT_GENERATED_FOLDERS"].flatMap(Int.init)
    return 1...max(1, wanted ?? sampleCount)
  }

  /// Names, kinds, permissions, what links say, which names are one file's, and contents.
  private static let listing = """
    import os, sys, hashlib
    root = os.fsencode(sys.argv[1])
    found = []
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            kind = 'l' if os.path.islink(path) else 'd' if os.path.isdir(path) else 'f'
            data = (os.readlink(path) if kind == 'l' else b'' if kind == 'd'
                    else hashlib.sha256(open(path, 'rb').read()).hexdigest())
            found.append((os.path.relpath(path, root), kind, '' if kind == 'l' else oct(status.st_mode), data,
                          status.st_ino if kind != 'd' else 0))
    found.sort()
    first = {}
    for place, name in enumerate(found):
        print(*name[:4], first.setdefault(name[4], place) if name[4] else '')
    """

  @Test func theFirstStateIsTheFolderBeforeAndTheLastTheOneBehind() throws {
    let folder = try TemporaryFolder(prefersMemory: true)
    let program = try CompiledProgram("random-folders", in: folder)
    let lister = folder.path("list.py")
    try OutputFile.write(Self.listing, to: lister)
    func list(_ path: String) throws -> String {
      try Peer(program: "python3", package: "python3").run([lister, path])
    }
    for seed in Self.seeds {
      let (watched, output) = (folder.path("w"), folder.path("o"))
      for path in [watched, output, folder.path("first"), folder.path("last")] {
        Folders.remove(path)
      }
      try Folders.create(watched)
      try Peer(program: program.path, package: "gcc").run([watched, "\(seed)", "base"])
      let before = try list(watched)
      let record = try ToolRun([
        "record", "--watch", watched, "--output", output, "--", program.path, watched, "\(seed)",
      ])
      #expect([0, 3].contains(record.status), "seed \(seed): \(record.errors)")
      for (place, state) in [("first", ["--state", "cut:0"]), ("last", ["--at", "last"])] {
        let replay = try ToolRun(
          ["replay", output, "--folder", "--output", folder.path(place)] + state)
        #expect(replay.status == 0, "seed \(seed): \(replay.errors)")
      }
      #expect(try list(folder.path("first")) == before, "seed \(seed)")
      #expect(try list(folder.path("last")) == list(watched), "seed \(seed)")
    }
  }
}
