import TestSupport

/// Compares the table with Package.swift, the folders and the source files. Each function returns
/// one sentence for each violation.
struct ArchitectureCheck {
  let table: ArchitectureTable

  /// Modules that are no targets and that a pure target must not name, in its row or anywhere.
  static let worldModules = [
    "Foundation", "Glibc", "Musl", "Dispatch", "FoundationNetworking", "SystemPackage",
  ]

  /// Rows and folders are the same.
  func violations(folders: [String]) -> [String] {
    let expected = table.rows.map(\.folder)
    return folders.filter { !expected.contains($0) }.map {
      "\($0): no row in docs/architecture.md. Add one, or remove the folder."
    }
      + expected.filter { !folders.contains($0) }.map {
        "\($0): a row in docs/architecture.md, but no such folder. Remove the row."
      }
  }

  /// A row names rows below it only, layers go down, and pure rows name no module of the world.
  func violationsInTable() -> [String] {
    var violations: [String] = []
    for (index, row) in table.rows.enumerated() {
      if index > 0 && row.layer > table.rows[index - 1].layer {
        violations.append("\(row.target): its layer is above that of the row before it.")
      }
      for name in row.mayImport {
        let isAbove = table.rows[...index].contains { $0.target == name }
        if isAbove {
          violations.append(
            "\(row.target) → \(name): the arrow points up. Move what both need down.")
        }
        if row.isPure && Self.worldModules.contains(name) {
          violations.append("\(row.target) → \(name): a pure target does not reach the world.")
        }
        if row.isPure, let other = table.row(name), !other.isPure {
          violations.append("\(row.target) → \(name): a pure target stands on pure ones.")
        }
      }
    }
    return violations
  }

  /// Package.swift has the table's targets with the table's arrows.
  func violations(
    manifest: PackageManifest, systemModules: [String]
  ) -> [String] {
    let known = manifest.dependencies.map(\.target)
    var violations = table.rows.map(\.target).filter { !known.contains($0) }.map {
      "\($0): a row in docs/architecture.md, but no target in Package.swift."
    }
    for (target, names) in manifest.dependencies {
      guard let row = table.row(target) else {
        violations.append(
          "\(target): a target in Package.swift, but no row in docs/architecture.md.")
        continue
      }
      let allowed = row.mayImport.filter { !systemModules.contains($0) }
      for name in names where !allowed.contains(name) {
        violations.append("\(target) → \(name): in Package.swift, not in docs/architecture.md.")
      }
      for name in allowed where !names.contains(name) {
        violations.append("\(target) → \(name): in docs/architecture.md, not in Package.swift.")
      }
    }
    return violations
  }

  /// A file of `row` imports what the row names.
  func violations(importsOf file: SourceFile, in row: ArchitectureTable.Row) -> [String] {
    file.imports.flatMap { found in
      let place = "\(file.path):\(found.lineNumber): import \(found.module)"
      var violations: [String] = []
      if !row.mayImport.contains(found.module) {
        violations.append(
          "\(place): \(row.target) may import \(row.mayImport.joined(separator: ", ")).")
      }
      if row.isPure && Self.worldModules.contains(found.module) {
        violations.append("\(place): a pure target does not reach the world. Ask Host for a value.")
      }
      if found.isPublic {
        violations.append("\(place): write a plain import; what it brings is not ours to pass on.")
      }
      return violations
    }
  }

  /// A file of `row` has no banned words.
  func violations(wordsOf file: SourceFile, in row: ArchitectureTable.Row) -> [String] {
    let banned = BannedWord.unforgiving + (row.isPure ? BannedWord.unrepeatable : [])
    return banned.flatMap { banned in
      file.lineNumbers(of: banned.word).map {
        "\(file.path):\($0): '\(banned.word)': \(banned.replacement)."
      }
    }
  }

  /// Targets that are about formats of images, or about what writes them, and so name them.
  static let formatTargets = [
    "Rules", "Stacks", "VHDX", "VHDXJudges", "VHDXStack", "VHDXCommands", "LogOracle", "VDI",
    "powercut-bench", "powercut-bug-benchmark",
  ]
  /// The files that list formats, one line each.
  static let formatRegistries = [
    "Sources/Campaign/Images/ImageFormats.swift", "Sources/Campaign/Images/KnownImageStacks.swift",
    "Sources/powercut/Wiring/FormatCommands.swift",
  ]
  static let formatWords = ["VHDX", "vhdx", "VDI", "vdi", "qcow2"]

  /// A file of a target that serves every format names none in its code: it imports none either.
  func violations(formatsIn file: SourceFile, of row: ArchitectureTable.Row) -> [String] {
    if Self.formatTargets.contains(row.target) || Self.formatRegistries.contains(file.path) {
      return []
    }
    return Self.formatWords.flatMap { word in
      file.lineNumbers(of: word).map {
        "\(file.path):\($0): '\(word)': \(row.target) knows formats by ImageFormat only."
      }
    }
  }

  /// How many files a folder of sources holds at most: more are more than one idea.
  static let maximumFileCount = 16

  /// - Parameter paths: of source files.
  func violations(foldersOf paths: [String]) -> [String] {
    let folders = Dictionary(grouping: paths) { path in
      path.split(separator: "/").dropLast().joined(separator: "/")
    }
    return folders.filter { $0.value.count > Self.maximumFileCount }.keys.sorted().map {
      "\($0): \(folders[$0]?.count ?? 0) files. Give each idea among them a folder of its own."
    }
  }
}
