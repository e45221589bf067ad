import Campaign

/// Test cases as CI servers read them, in the order in which they are added.
package struct JUnitSuite {
  /// What a case is instead of passed.
  package struct Problem {
    package enum Kind: String, Sendable {
      case failure
      case error
      case skipped
    }

    package var kind: Kind
    /// A word for it: the rule, or why it did not end. A skipped case has none.
    package var type: String
    package var message: String
    /// The lines below the message.
    package var text: String

    package init(_ kind: Kind, type: String = "", message: String, text: String = "") {
      self.kind = kind
      self.type = type
      self.message = message
      self.text = text
    }

    /// What an outcome says apart from what is broken; `nil` where it passed.
    ///
    /// - Parameter reasons: those of the outcome that are told.
    package init?(_ outcome: Outcome.Kind, _ reasons: [String], text: String) {
      let message = reasons.joined(separator: "; ")
      switch outcome {
      case .passed: return nil
      case .nothingChecked:
        self.init(.skipped, message: "nothing was checked: \(message)")
      case .failed, .incomplete:
        self.init(
          .error, type: "incomplete", message: "could not finish: \(message)", text: text)
      case .interrupted: self.init(.error, type: "interrupted", message: message, text: text)
      }
    }
  }

  private let command: String
  private let subject: String
  private var texts: [String] = []
  private var counts: [Problem.Kind: Int] = [:]

  package init(command: String, subject: String) {
    self.command = command
    self.subject = subject
  }

  /// Adds a case, which passed where there is no problem.
  ///
  /// - Parameter name: the same from night to night, so without a seed.
  package mutating func add(_ name: String, nanoseconds: UInt64, _ problem: Problem?) {
    let head = """
      <testcase classname="powercut.\(Self.escaped(command))" name="\(Self.escaped(name))" \
      time="\(Self.seconds(nanoseconds))"
      """
    guard let problem else { return texts.append(head + "/>") }
    counts[problem.kind, default: 0] += 1
    let message = "message=\"\(Self.escaped(problem.message))\""
    let tag = problem.kind.rawValue
    let element =
      problem.kind == .skipped
      ? "<skipped \(message)/>"
      : "<\(tag) type=\"\(problem.type)\" \(message)>\(Self.escaped(problem.text))</\(tag)>"
    texts.append("\(head)>\n\(element)\n</testcase>")
  }

  /// Adds the only case of a command that has one result.
  ///
  /// - Parameter text: the result as a person reads it.
  package mutating func add(
    _ name: String, _ timing: ReportTiming, _ outcome: Outcome, text: String
  ) {
    let problem: Problem? =
      outcome.kind == .failed
      ? Problem(
        .failure, type: "failed", message: outcome.reasons.joined(separator: "; "), text: text)
      : Problem(outcome.kind, outcome.reasons, text: text)
    add(name, nanoseconds: timing.elapsedNanoseconds, problem)
  }

  /// The whole document, with a line feed at its end.
  ///
  /// - Parameter notes: facts beside the cases.
  package func text(_ timing: ReportTiming, notes: [String]) -> String {
    func count(_ kind: Problem.Kind) -> Int { counts[kind] ?? 0 }
    let name = Self.escaped("powercut \(command) \(subject)")
    let numbers =
      "tests=\"\(texts.count)\" failures=\"\(count(.failure))\" errors=\"\(count(.error))\" "
      + "skipped=\"\(count(.skipped))\" time=\"\(Self.seconds(timing.elapsedNanoseconds))\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
      <testsuite package="powercut" id="0" name="\(name)" timestamp="\(timing.startText)" \
      hostname="localhost" \(numbers)>
      <properties/>
      \(texts.joined(separator: "\n"))
      <system-out>\(Self.escaped(notes.joined(separator: "\n")))</system-out>
      <system-err/>
      </testsuite>
      </testsuites>

      """
  }

  private static func seconds(_ nanoseconds: UInt64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }

  /// Text and attribute values of XML 1.0; characters that it cannot hold become a question mark.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1f}", "\u{fffe}", "\u{ffff}": result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
