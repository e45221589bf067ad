import Host
import TestSupport
import Testing

/// The walks of CONTRIBUTING.md lead to files that are there.
@Suite struct ContributingTests {
  @Test func everyFileThatIsNamedIsThere() throws {
    let named = Self.paths(in: try Repository.text("CONTRIBUTING.md"))
    #expect(named.count > 20)
    for path in named { #expect(Folders.exists(Repository.path(path)), "\(path)") }
  }

  @Test func aFileThatWasMovedIsSeen() {
    let planted = "In `Sources/Stacks/Gone.swift`: `make lint`, `docs/rules.md`, `Mutants/`."
    let named = Self.paths(in: planted)
    #expect(named == ["Sources/Stacks/Gone.swift", "docs/rules.md", "Mutants/"])
    #expect(!Folders.exists(Repository.path(named[0])))
  }

  /// What stands between backticks and is a path: it has a slash and no space.
  private static func paths(in text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 && $0.element.contains("/") && !$0.element.contains(" ") }
      .map { String($0.element) }
      .filter { !$0.hasPrefix("--") }
  }
}
