import Glibc

/// Patterns of file names, as a shell has them.
package struct NamePatterns: Sendable {
  private let patterns: [String]

  package init(_ patterns: [String]) {
    self.patterns = patterns
  }

  /// Whether a pattern names the path, or any part of it.
  package func contains(_ path: String) -> Bool {
    let parts = [path] + path.split(separator: "/").map(String.init)
    return patterns.contains { pattern in
      parts.contains { unsafe fnmatch(pattern, $0, 0) == 0 }
    }
  }
}
