import Bytes
import Glibc

/// Patterns of file names, as a shell has them.
package struct NamePatterns: Sendable {
  private let patterns: [String]

  package init(_ patterns: [String]) {
    self.patterns = patterns
  }

  /// Whether a pattern names the path, or any part of it.
  package func contains(_ path: FilePath) -> Bool {
    if patterns.isEmpty { return false }
    return patterns.contains { pattern in
      ([path] + path.parts).contains { part in
        unsafe part.withCString { unsafe fnmatch(pattern, $0, 0) == 0 }
      }
    }
  }
}
