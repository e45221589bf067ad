/// Test cases as CI servers read them.
struct JUnitText {
  let suite: CaseSuite

  /// The whole document, with a line feed at its end.
  func text(_ timing: ReportTiming) -> String {
    func count(_ kind: CaseSuite.Problem.Kind) -> Int {
      suite.cases.count { $0.problem?.kind == kind }
    }
    let name = XMLText.escaped("powercut \(suite.command) \(suite.subject)")
    let numbers =
      "tests=\"\(suite.cases.count)\" failures=\"\(count(.failure))\" errors=\"\(count(.error))\" "
      + "skipped=\"\(count(.skipped))\" time=\"\(Self.seconds(timing.elapsedNanoseconds))\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
      <testsuite package="powercut" id="0" name="\(name)" timestamp="\(timing.startText)" \
      hostname="localhost" \(numbers)>
      <properties/>
      \(suite.cases.map(text).joined(separator: "\n"))
      <system-out>\(XMLText.escaped(suite.notes.joined(separator: "\n")))</system-out>
      <system-err/>
      </testsuite>
      </testsuites>

      """
  }

  private func text(_ item: CaseSuite.Case) -> String {
    let head = """
      <testcase classname="powercut.\(XMLText.escaped(suite.command))" name="\(XMLText.escaped(item.name))" \
      time="\(Self.seconds(item.nanoseconds))"
      """
    guard let problem = item.problem else { return head + "/>" }
    let message = "message=\"\(XMLText.escaped(problem.message))\""
    let tag = problem.kind.rawValue
    let element =
      problem.kind == .skipped
      ? "<skipped \(message)/>"
      : "<\(tag) type=\"\(problem.type)\" \(message)>\(XMLText.escaped(problem.text))</\(tag)>"
    return "\(head)>\n\(element)\n</testcase>"
  }

  private static func seconds(_ nanoseconds: UInt64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
