import Host

/// A program of Tests/Programs, compiled for one test.
package struct CompiledProgram: Sendable {
  package let path: String

  /// POWERCUT_CC names another compiler than `cc`, with options: `make sanitize` does.
  ///
  /// - Throws: where there is no C compiler, or it has something to say.
  package init(_ name: String, in folder: TemporaryFolder, flags: [String] = []) throws {
    path = folder.path(name.split(separator: "/").last.map(String.init) ?? name)
    let words = (Environment.value("POWERCUT_CC") ?? "cc").split(separator: " ").map(String.init)
    try Peer(program: words[0], package: "gcc").run(
      words[1...] + ["-Wall", "-Wextra", "-Werror", "-O1", "-pthread", "-o", path] + flags
        + [Repository.path("Tests/Programs/\(name).c")])
  }
}
