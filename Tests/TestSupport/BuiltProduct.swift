import Host

/// What the package builds and tests start: the tool, and what it preloads.
package enum BuiltProduct {
  /// How a product was compiled.
  package enum Build: String, CaseIterable, Sendable {
    /// Not optimized.
    case debug
    /// What users have.
    case release

    /// That of the tests themselves.
    package static let own: Build = {
      #if DEBUG
        .debug
      #else
        .release
      #endif
    }()
  }

  /// - Throws: ``MissingProduct``.
  package static func path(_ name: String, _ build: Build = .own) throws -> String {
    let path = "\(folder(build))/\(name)"
    guard Folders.exists(path) else { throw MissingProduct(path: path) }
    return path
  }

  /// The library that recorded programs are started with.
  ///
  /// - Throws: ``MissingProduct``.
  package static func preloadedLibrary() throws -> String { try path("libpowercut-preload.so") }

  /// POWERCUT_PRODUCTS names a folder whose products are tested instead: `make sanitize` has some.
  private static func folder(_ build: Build) -> String {
    Environment.value("POWERCUT_PRODUCTS") ?? Repository.path(".build/\(build.rawValue)")
  }

  package struct MissingProduct: Error, CustomStringConvertible {
    var path: String
    package var description: String { "there is no \(path): run make test once" }
  }
}
