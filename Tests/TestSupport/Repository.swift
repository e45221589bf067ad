import Host

/// Where the sources that these tests were built from are.
public enum Repository {
  /// The absolute path of the folder with Package.swift.
  public static let root: String = {
    // This file is Tests/TestSupport/Repository.swift.
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
  }()

  /// The absolute path of something in the repository.
  public static func path(_ relativePath: String) -> String { "\(root)/\(relativePath)" }

  /// The text of a file in the repository.
  public static func text(_ relativePath: String) throws -> String {
    try InputFile.text(path(relativePath))
  }
}
