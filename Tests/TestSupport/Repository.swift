import Host

/// Where the sources that these tests were built from are.
package enum Repository {
  /// The absolute path of the folder with Package.swift.
  package static let root: String = {
    // This file is Tests/TestSupport/Repository.swift.
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
  }()

  /// The absolute path of something in the repository.
  package static func path(_ relativePath: String) -> String { "\(root)/\(relativePath)" }

  /// The text of a file in the repository.
  package static func text(_ relativePath: String) throws -> String {
    try InputFile.text(path(relativePath))
  }
}
