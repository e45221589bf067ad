import Host
import TestSupport
import Testing

/// The repository keeps to docs/architecture.md.
@Suite struct ArchitectureTests {
  private static let systemModules = ["Glibc", "Synchronization", "FoundationEssentials"]

  private let table: ArchitectureTable
  private let check: ArchitectureCheck

  init() throws {
    table = ArchitectureTable(parsing: try Repository.text("docs/architecture.md"))
    check = ArchitectureCheck(table: table)
    try #require(table.rows.count >= 16, "the table was not understood")
  }

  private func files(of row: ArchitectureTable.Row) throws -> [SourceFile] {
    let folder = Repository.path(row.folder)
    return try Folders.files(below: folder, suffix: ".swift").map { path in
      let name = String(path.dropFirst(Repository.root.count + 1))
      return SourceFile(path: name, source: try InputFile.text(path))
    }
  }

  @Test func everyFolderHasARowAndEveryRowAFolder() throws {
    let folders = try Folders.names(in: Repository.path("Sources")).map { "Sources/\($0)" }
    #expect(check.violations(folders: folders + ["Benchmarks", "BugBenchmark"]) == [])
  }

  @Test func arrowsPointDown() {
    #expect(check.violationsInTable() == [])
  }

  @Test func packageHasTheArrowsOfTheTable() throws {
    let manifest = PackageManifest(parsing: try Repository.text("Package.swift"))
    #expect(manifest.dependencies.count >= 16, "Package.swift was not understood")
    let violations = check.violations(manifest: manifest, systemModules: Self.systemModules)
    #expect(violations == [])
  }

  @Test func filesImportWhatTheirRowNames() throws {
    var importCount = 0
    for row in table.rows {
      for file in try files(of: row) {
        importCount += file.imports.count
        #expect(check.violations(importsOf: file, in: row) == [])
      }
    }
    #expect(importCount > 50, "the sources were not found")
  }

  @Test func whatServesEveryFormatNamesNone() throws {
    var fileCount = 0
    for row in table.rows {
      for file in try files(of: row) {
        fileCount += ArchitectureCheck.formatTargets.contains(row.target) ? 0 : 1
        #expect(check.violations(formatsIn: file, of: row) == [])
      }
    }
    #expect(fileCount > 400, "the sources were not found")
    // A registry that is gone, or that names no format any more, is no exception.
    for path in ArchitectureCheck.formatRegistries {
      #expect(try Repository.text(path).contains("VHDX"), "\(path)")
    }
  }

  @Test func foldersAreSmall() throws {
    let paths = try table.rows.flatMap { try files(of: $0).map(\.path) }
    #expect(check.violations(foldersOf: paths) == [])
  }

  @Test func noTargetUsesABannedWord() throws {
    for row in table.rows {
      for file in try files(of: row) {
        #expect(check.violations(wordsOf: file, in: row) == [])
      }
    }
  }

  @Test func everyTestTargetMirrorsATarget() throws {
    let names = try Folders.names(in: Repository.path("Tests")).filter { $0.hasSuffix("Tests") }
    let known = table.rows.map { "\($0.target)Tests" } + ["ArchitectureTests"]
    #expect(names.filter { !known.contains($0) } == [])
  }
}
