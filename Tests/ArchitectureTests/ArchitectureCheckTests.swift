import TestSupport
import Testing

/// The checks of the architecture find what they are for.
@Suite struct ArchitectureCheckTests {
  private static let markdown = """
    Text with a | in it.

    | layer | target | purpose | may import |
    |---|---|---|---|
    | 4 world | `Host` | files | Core, Glibc |
    | 1 pure | `Model` | the model | Core, Yams |
    | 0 pure | `Core` | numbers | – |
    """

  private let table = ArchitectureTable(parsing: Self.markdown)
  private var check: ArchitectureCheck { ArchitectureCheck(table: table) }

  private func violations(ofImports source: String, in target: String = "Model") throws -> [String]
  {
    check.violations(
      importsOf: SourceFile(path: "A.swift", source: source), in: try #require(table.row(target)))
  }

  private func violations(ofWords source: String, in target: String = "Model") throws -> [String] {
    check.violations(
      wordsOf: SourceFile(path: "A.swift", source: source), in: try #require(table.row(target)))
  }

  private func violationsInTable(_ rows: String...) -> [String] {
    ArchitectureCheck(table: ArchitectureTable(parsing: rows.joined(separator: "\n")))
      .violationsInTable()
  }

  @Test func theTableIsRead() {
    #expect(
      table.rows == [
        .init(layer: 4, isPure: false, target: "Host", mayImport: ["Core", "Glibc"]),
        .init(layer: 1, isPure: true, target: "Model", mayImport: ["Core", "Yams"]),
        .init(layer: 0, isPure: true, target: "Core", mayImport: []),
      ])
  }

  @Test func foldersThatDifferFromTheRowsAreReported() {
    #expect(check.violations(folders: ["Sources/Core", "Sources/Host", "Sources/Model"]) == [])
    #expect(check.violations(folders: ["Sources/Core", "Sources/Host"]).count == 1)
    #expect(
      check.violations(
        folders: ["Sources/Core", "Sources/Host", "Sources/Model", "Sources/Utils"]
      ).count == 1)
  }

  @Test func arrowsThatPointUpAreReported() {
    #expect(check.violationsInTable() == [])
    #expect(
      violationsInTable("| 1 pure | `Model` | – | Core |", "| 0 pure | `Core` | – | Model |") == [
        "Core → Model: the arrow points up. Move what both need down."
      ])
    #expect(violationsInTable("| 0 pure | `Core` | – | Core |").count == 1)
    #expect(
      violationsInTable("| 0 pure | `Core` | – | – |", "| 1 pure | `Model` | – | – |").count == 1)
  }

  @Test func pureRowsThatReachTheWorldAreReported() {
    #expect(violationsInTable("| 0 pure | `Core` | – | Foundation |").count == 1)
    #expect(
      violationsInTable("| 1 pure | `Model` | – | Host |", "| 0 world | `Host` | – | Glibc |")
        .count == 1)
  }

  @Test func aManifestThatDiffersFromTheTableIsReported() {
    let good = """
      func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
        .target(name: name, dependencies: dependencies, swiftSettings: strict)
      }
      let yams = Target.Dependency.product(name: "Yams", package: "Yams")
      let package = Package(targets: [
        // layer("Commented", ["Out"])
        .systemLibrary(name: "Core", pkgConfig: "core", providers: [.apt(["libcore-dev"])]),
        layer(
          "Model", ["Core", yams]),
        .target(name: "Host", dependencies: ["Core"]),
        .target(name: "TestSupport", dependencies: ["Host"], path: "Tests/TestSupport"),
      ])
      """
    func violations(_ old: String, _ new: String) -> [String] {
      let pieces = good.split(separator: old, omittingEmptySubsequences: false)
      let manifest = PackageManifest(parsing: pieces.joined(separator: new))
      return check.violations(manifest: manifest, systemModules: ["Glibc"])
    }
    #expect(violations("none", "none") == [])
    #expect(
      violations(#""Model", ["Core", yams]"#, #""Model", ["Core", "Host", yams]"#)
        == ["Model → Host: in Package.swift, not in docs/architecture.md."])
    #expect(
      violations(", yams", "") == [
        "Model → Yams: in docs/architecture.md, not in Package.swift."
      ])
    #expect(
      violations(#"name: "Host""#, #"name: "World""#) == [
        "Host: a row in docs/architecture.md, but no target in Package.swift.",
        "World: a target in Package.swift, but no row in docs/architecture.md.",
      ])
  }

  @Test(arguments: [
    "import Core", "import Yams", "import struct Core.Number", "@testable import Core",
    "// import Foundation", "/* a\nimport Foundation\n*/", "let important = 1",
    "let text = \"import\"", "let script = \"\"\"\n  import os\n  \\\n  import sys\n  \"\"\"",
  ])
  func allowedImportsPass(source: String) throws {
    #expect(try violations(ofImports: source) == [])
  }

  @Test(arguments: [
    "import Host", "import struct Host.File", "@preconcurrency import Host",
    "let url = \"//\"\nimport Host", "/* a */ import Host", "import Core; import Host",
    "let script = \"\"\"\n  text\n  \"\"\"\nimport Host",
  ])
  func importsThatTheRowDoesNotNameAreReported(source: String) throws {
    let violations = try violations(ofImports: source)
    #expect(violations.count == 1)
    #expect(violations.first?.hasSuffix("Model may import Core, Yams.") == true)
  }

  @Test(arguments: ["Foundation", "Glibc", "Dispatch"])
  func pureTargetsThatImportTheWorldAreReported(module: String) throws {
    let violations = try violations(ofImports: "import Core\n\nimport \(module)\n")
    #expect(
      violations.contains(
        "A.swift:3: import \(module): a pure target does not reach the world. "
          + "Ask Host for a value."))
    #expect(try self.violations(ofImports: "import Glibc", in: "Host") == [])
  }

  @Test(arguments: ["public import Core", "@_exported import Core", "package import Core"])
  func importsThatArePassedOnAreReported(source: String) throws {
    #expect(try violations(ofImports: source).count == 1)
  }

  @Test(arguments: [
    "let number = Int.random(in: 0..<6)", "let flag = Bool.random()",
    "let first = list.randomElement()", "let mixed = list.shuffled()",
    "var source = SystemRandomNumberGenerator()", "let key = name.hashValue",
    "Task { await run() }",
    "  Task {", "_ = Task.detached { }", "try await Task.sleep(for: .seconds(1))",
    "Task(priority: .high) { }", "@MainActor func show() {}", "let now = Date()",
    "let clock = ContinuousClock()", "fatalError(\"no\")", "let file = try! open()",
    "let text = value as! String", "let text = \"\\(Int.random(in: 0..<6))\"",
    "\"\"\"\ntext // \"quoted\"\n\"\"\"; fatalError(\"\")",
  ])
  func bannedWordsAreReported(source: String) throws {
    #expect(try violations(ofWords: source).count == 1)
  }

  @Test(arguments: [
    "Task(executorPreference: simulation) { await run() }", "group.addTask { await run() }",
    "case .random(let count): count", "// never fatalError( here", "/// `Date()` is not read.",
    "let candidate = Update(1)", "let value = item as? String", "let value = try? read()",
    "struct RandomTask { }", "var hashValues = 3", "/* try! /* nested */ as! */ let a = 1",
  ])
  func harmlessWordsPass(source: String) throws {
    #expect(try violations(ofWords: source) == [])
  }

  @Test func onlyWhatEndsTheProcessIsReportedOutsideOfPureTargets() throws {
    #expect(try violations(ofWords: "let now = Date()", in: "Host") == [])
    #expect(try violations(ofWords: "try! open()", in: "Host").count == 1)
  }

  @Test func theMessageNamesTheLineAndTheReplacement() throws {
    #expect(
      try violations(ofWords: "let a = 1\n\nlet b = UInt8.random(in: 0...9)\n") == [
        "A.swift:3: '.random(in:': draw from a RandomStream."
      ])
  }

  @Test func aFormatThatIsNamedWhereAllAreServedIsReported() throws {
    let check = ArchitectureCheck(
      table: ArchitectureTable(
        parsing: """
          | 2 pure | `Checking` | rules | – |
          | 1 pure | `VDI` | a format | – |
          """))
    func violations(_ source: String, in target: String) throws -> [String] {
      check.violations(
        formatsIn: SourceFile(path: "A.swift", source: source),
        of: try #require(check.table.row(target)))
    }
    #expect(try violations("let format = VDIFormat()\nlet a = \"VDI\"", in: "Checking").count >= 1)
    #expect(try violations("import VDI", in: "Checking").count == 1)
    #expect(try violations("// As VDI has it.\nlet a = 1", in: "Checking") == [])
    #expect(try violations("let a = \"VDI\"", in: "VDI") == [])
  }

  @Test func aFolderOfTooManyFilesIsReported() {
    let few = (0..<16).map { "Sources/Core/A/\($0).swift" }
    #expect(check.violations(foldersOf: few + ["Sources/Core/B.swift"]) == [])
    #expect(check.violations(foldersOf: few + ["Sources/Core/A/B.swift"]).count == 1)
  }
}
