import TestSupport

/// The targets of Package.swift that are not tests, with their dependencies.
///
/// Read as text, because asking the package manager from inside of a test waits for its lock.
struct PackageManifest {
  /// Target name to the names of its dependencies, in the order of the file.
  var dependencies: [(target: String, names: [String])] = []

  init(parsing source: String) {
    let code = SourceFile.withoutComments(source)
    let products = Self.products(in: code)
    for opening in ["layer(", ".target(", ".systemLibrary(", ".executableTarget("] {
      for call in Self.calls(opening, in: code) {
        guard let target = Self.strings(in: call).first, !call.contains("path: \"Tests/") else {
          continue
        }
        let list = opening == ".systemLibrary(" ? "" : Self.dependencyList(in: call)
        let names =
          Self.strings(in: list)
          + products.filter { Self.words(in: list).contains($0.variable) }.map(\.product)
        dependencies.append((target, names))
      }
    }
  }

  /// `let yams = Target.Dependency.product(name: "Yams", …)`.
  private static func products(in code: String) -> [(variable: String, product: String)] {
    code.split(separator: "let ").compactMap { declaration in
      guard declaration.contains("Target.Dependency.product("),
        let variable = declaration.split(separator: " ").first,
        let product = strings(in: String(declaration)).first
      else { return nil }
      return (String(variable), product)
    }
  }

  /// The arguments of each call, up to its closing parenthesis; declarations of functions are none.
  private static func calls(_ opening: String, in code: String) -> [String] {
    var calls: [String] = []
    var rest = Substring(code)
    while let range = rest.firstRange(of: opening) {
      let isDeclaration = rest[..<range.lowerBound].hasSuffix("func ")
      rest = rest[range.upperBound...]
      let arguments = String(
        rest[..<end(of: rest, closing: ")", opening: "(")].drop { $0.isWhitespace })
      // `.target(name: name` is the body of such a function.
      if !isDeclaration && !arguments.hasPrefix("name: name") { calls.append(arguments) }
    }
    return calls
  }

  /// The list after the target's name, or after `dependencies:`.
  private static func dependencyList(in call: String) -> String {
    let from =
      call.firstRange(of: "dependencies:")?.upperBound
      ?? (call.hasPrefix("\"") ? call.startIndex : call.endIndex)
    guard let bracket = call[from...].firstIndex(of: "[") else { return "" }
    let inside = call[call.index(after: bracket)...]
    return String(inside[..<end(of: inside, closing: "]", opening: "[")])
  }

  private static func end(
    of text: Substring, closing: Character, opening: Character
  ) -> Substring.Index {
    var depth = 1
    for index in text.indices {
      if text[index] == opening { depth += 1 }
      if text[index] == closing { depth -= 1 }
      if depth == 0 { return index }
    }
    return text.endIndex
  }

  private static func strings(in text: String) -> [String] {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  private static func words(in text: String) -> [String] {
    text.split { !$0.isLetter }.map(String.init)
  }
}
