import Checking
import Foundation
import TestSupport
import Testing

/// Command lines as words, and answers as verdicts.
@Suite struct CommandTests {
  struct Line: CustomTestStringConvertible {
    var text: String
    var words: [String]
    var testDescription: String { text }
  }

  /// As a ledger of an earlier version has it, and as it is written now.
  @Test func commandsOfEarlierLedgersAreRead() throws {
    let old = #"{"subject":"{folder}","text":"a {folder}","words":["a","{folder}"]}"#
    let read = try JSONDecoder().decode(ImageCommand.self, from: Data(old.utf8))
    #expect(read == (try ImageCommand(parsing: "a {folder}", for: .folder)))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(read), as: UTF8.self) == old)
    let staying = try ImageCommand(resident: "a b")
    let again = try JSONDecoder().decode(ImageCommand.self, from: encoder.encode(staying))
    #expect(again == staying && again.isResident)
    let oracle = ImageCommand(try FolderOracle(parsing: "lines:log"))
    #expect(
      try JSONDecoder().decode(ImageCommand.self, from: encoder.encode(oracle)) == oracle)
  }

  @Test(arguments: [
    "lines:log", "lines:a/b:c,d", "same-as-some-mark", "same-as-some-mark:*.new,LOCK", "opens",
  ])
  func anOracleIsWhatItIsWrittenAs(text: String) throws {
    #expect("\(try FolderOracle(parsing: text))" == text)
  }

  @Test(arguments: [
    "", "lines", "lines:", "lines:/log", "lines:../log", "lines:a//b", "lines:./log",
    "same-as-some-mark:", "same", "opens:log", "Opens",
  ])
  func whatIsNoOracleIsRefused(text: String) {
    let error = #expect(throws: ImageCommandError.self) { try FolderOracle(parsing: text) }
    #expect(error?.description.hasPrefix("'oracle': expected one of lines:FILE, ") == true)
  }

  static let lines = [
    Line(text: "check {image}", words: ["check", "/a b/i"]),
    Line(text: "  check\t-r  all\n{image} ", words: ["check", "-r", "all", "/a b/i"]),
    Line(
      text: "io driver=vhdx,file.filename={image},x={image}",
      words: ["io", "driver=vhdx,file.filename=/a b/i,x=/a b/i"]),
    Line(text: #"a 'b "c" \d' {image}"#, words: ["a", #"b "c" \d"#, "/a b/i"]),
    Line(text: #"a "b 'c' \"d\" \\ \e" {image}"#, words: ["a", #"b 'c' "d" \ \e"#, "/a b/i"]),
    Line(text: #"a b\ c\'\\ {image}"#, words: ["a", #"b c'\"#, "/a b/i"]),
    Line(text: #"a '' "" x''y {image}"#, words: ["a", "", "", "xy", "/a b/i"]),
    Line(text: "a '{image}' \"{image}\"", words: ["a", "/a b/i", "/a b/i"]),
    Line(text: "a {imag {image}}", words: ["a", "{imag", "/a b/i}"]),
    Line(text: "ä ü\u{301}ß {image}", words: ["ä", "ü\u{301}ß", "/a b/i"]),
  ]

  @Test(arguments: lines)
  func wordsAreTheseWithThePathAsOneOfThem(line: Line) throws {
    let command = try ImageCommand(parsing: line.text)
    #expect(command.words(forSubjectAt: "/a b/i") == line.words)
    #expect("\(command)" == line.text)
  }

  /// Where a line has nothing that only shells know, a shell makes the same words of it.
  @Test(arguments: lines)
  func wordsAreThoseOfAShell(line: Line) throws {
    let command = try ImageCommand(parsing: line.text)
    let list = line.text.split(separator: "\n").joined(separator: " ")
    let words = try shell("printf '%s\\n' \(list)").split(
      separator: "\n", omittingEmptySubsequences: false
    ).dropLast().map(String.init)
    #expect(command.words(forSubjectAt: "{image}") == words)
  }

  @Test(arguments: [
    ("", "a program"), (" \t", "a program"), ("'' {image}", "a program"),
    ("qemu-img check", "{image} among"), ("{image}", "{image} among"),
    ("./{image} {image}", "{image} among"), ("a { image }", "{image} among"),
    ("a 'b {image}", "a second '"), ("a \"b {image}", "a second \""),
    ("a {image} \\", "a character behind the last backslash"),
  ])
  func whatIsNoCommandIsRefused(text: String, expected: String) {
    do {
      let command = try ImageCommand(parsing: text)
      Issue.record("'\(command)' was taken")
    } catch {
      #expect(error.description.contains("expected \(expected)"), "\(error)")
    }
  }

  static let readOnlyRefusal = """
    qemu-img: Could not open 'c.vhdx': VHDX image file 'c.vhdx' opened read-only, but contains a log \
    that needs to be replayed
    To replay the log, run:
    qemu-img check -r all 'c.vhdx'
    """

  private func answer(
    _ end: CommandAnswer.End, output: String = "", errors: String = ""
  ) -> CommandAnswer {
    CommandAnswer(
      end, output: CommandOutput(Array(output.utf8), imagePath: "/tmp/x/i"),
      errors: CommandOutput(Array(errors.utf8), imagePath: "/tmp/x/i"))
  }

  @Test func onlyExitZeroIsGood() {
    let verdicts: [(CommandAnswer.End, CommandVerdict)] = [
      (.exited(status: 0), .accepted), (.exited(status: 125), .cannotTell),
      (.exited(status: 1), .broken("exits with 1")),
      (.exited(status: 255), .broken("exits with 255")),
      (.signalled(number: 11), .broken("is ended by signal 11 (SIGSEGV)")),
      (.signalled(number: 40), .broken("is ended by signal 40")),
      (.timedOut(limitSeconds: 60), .broken("runs for more than 60 s and is killed")),
    ]
    for (end, verdict) in verdicts {
      #expect(answer(end, errors: "x").verdict(isKnownClean: true) == verdict)
    }
  }

  @Test func aReadOnlyRefusalOfADirtyImageIsNoFailure() {
    let refusal = answer(.exited(status: 1), errors: Self.readOnlyRefusal)
    #expect(refusal.verdict(isKnownClean: false) == .needsRecovery)
    // A program that says so of an image without a log is wrong.
    #expect(refusal.verdict(isKnownClean: true) == .broken("exits with 1"))
    // And these words do not excuse another end.
    for end in [CommandAnswer.End.exited(status: 2), .signalled(number: 6)] {
      let other = answer(end, errors: Self.readOnlyRefusal)
      #expect(other.verdict(isKnownClean: false) != .needsRecovery)
    }
    let elsewhere = answer(.exited(status: 1), output: Self.readOnlyRefusal)
    #expect(elsewhere.verdict(isKnownClean: false) == .broken("exits with 1"))
  }
}
