import Checking
import CrashStates
import Rules
import Scheduling
import Stacks

extension RunToken {
  /// Whether `text` is meant as a token: `pc`, digits, a colon.
  package static func isToken(_ text: some StringProtocol) -> Bool {
    guard text.hasPrefix(prefix) else { return false }
    let rest = text.utf8.dropFirst(prefix.utf8.count).drop { (0x30...0x39).contains($0) }
    return rest.first == UInt8(ascii: ":")
  }

  /// Reads a token.
  ///
  /// - Throws: ``RunTokenError`` where it is cut off or changed, of another format, or names what this
  ///   version does not know.
  package init(parsing text: some StringProtocol) throws(RunTokenError) {
    let version = "\(Self.prefix)\(Self.formatVersion):"
    guard Self.isToken(text) else {
      throw RunTokenError("a token starts with '\(version)', found '\(text.prefix(20))'")
    }
    guard text.hasPrefix(version) else {
      let found = text.prefix { $0 != ":" }.dropFirst(Self.prefix.count)
      throw RunTokenError(
        """
        the token has format \(found.prefix(20)), and powercut \(ToolVersion.text) reads format \
        \(Self.formatVersion). Replay it with the version that wrote it, or find it again with \
        'powercut fuzz'.
        """)
    }
    var fields = try TokenFields(checking: text, version: version)
    toolVersion = try Self.toolVersion(&fields)
    if let encoded = fields.take("text") {
      subject = .scenario(try Self.scenario(encoded))
    } else {
      subject = .seed(try SeededRun(&fields))
    }
    try fields.finish()
  }

  private static func toolVersion(_ fields: inout TokenFields) throws(RunTokenError) -> String {
    let text = try fields.required("tool")
    let isPlain = text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || ".-+".contains($0))
    }
    guard isPlain, (1...40).contains(text.count) else {
      throw RunTokenError("'tool' must be a version such as 0.1.0, found '\(text.prefix(40))'")
    }
    return String(text)
  }

  private static func scenario(_ encoded: Substring) throws(RunTokenError) -> Scenario {
    guard let bytes = Base64URL.decode(encoded), let text = String(validating: bytes, as: UTF8.self)
    else { throw RunTokenError("'text' must be UTF-8 in base64url, found something else") }
    let scenario: Scenario
    do {
      scenario = try Scenario(parsing: text)
    } catch {
      throw RunTokenError("the scenario in 'text' cannot be read: \(error)")
    }
    guard scenario.expectation != .pass else {
      throw RunTokenError("the scenario in 'text' expects no rule to be broken")
    }
    guard scenario.configuration.program?.executable == nil else {
      throw RunTokenError(
        "the scenario in 'text' names a program's file, and a token must not (--program does)")
    }
    return scenario
  }
}

extension RunToken.SeededRun {
  fileprivate init(_ fields: inout TokenFields) throws(RunTokenError) {
    seed = try fields.value("seed", "a number") { Seed($0) }
    stack = try fields.value("stack", "one of \(StackName.allNames.listed)") { StackName($0) }
    bugs = Set(try fields.list("bugs", "a bug of this version") { PlantedBug($0) })
    workload = try fields.value("workload", "client, dirty-images or transactions") {
      FuzzedWorkload(rawValue: $0)
    }
    tiers = try fields.list("states", "one of \(Tier.forms)") { try? Tier(parsing: $0) }
    strategy = String(try fields.required("strategy"))
    ignoredRules = Set(try fields.list("ignore", "a rule") { Rule(rawValue: $0) })
    rule = try fields.value("rule", "a rule") { Rule(rawValue: $0) }
    drawnDigest = try fields.value("drawn", Self.digestForm) { Self.digest($0) }
    if fields.has("made") {
      choicesDigest = try fields.value("made", Self.digestForm) { Self.digest($0) }
    }
    if fields.has("choices") {
      choices = try fields.value(
        "choices",
        "choices such as 0/2+3x1/3, at most \(Schedule.maximumChoiceCount) of them"
      ) { Schedule($0.replacing("+", with: ",")) }
    }
    try validate()
  }

  /// Whether the fields go together.
  private func validate() throws(RunTokenError) {
    var configuration = plan.base
    configuration.schedule = schedule
    do {
      try configuration.validate()
    } catch {
      throw RunTokenError(error.reason)
    }
    if let reason = configuration.reasonForNoSchedule {
      guard choicesDigest == nil else { throw RunTokenError("\(reason), and no field 'made'") }
    } else {
      guard let choicesDigest else { throw RunTokenError("the field 'made' is missing") }
      guard choices.map({ $0.digest == choicesDigest }) ?? true else {
        throw RunTokenError("'choices' are not those of which 'made' is the digest")
      }
    }
    guard choices != nil || StrategyName(rawValue: strategy) != nil else {
      throw RunTokenError(
        "unknown strategy '\(strategy.prefix(40))', and no choices that could do without it")
    }
    guard !ignoredRules.contains(rule) else {
      throw RunTokenError("the token asks for \(rule.rawValue) and ignores it")
    }
  }

  private static let digestForm = "16 hexadecimal digits"

  private static func digest(_ text: String) -> UInt64? {
    text.utf8.count == 16 ? UInt64(text, radix: 16) : nil
  }
}

/// The fields of a token by their keys, each taken once.
private struct TokenFields {
  /// Lists are short but for the choices, which are none of these.
  private static let maximumItemCount = 1000

  private var fields: [(key: Substring, value: Substring)] = []

  /// - Throws: ``RunTokenError`` where the checksum at the end is missing or another one, or what stands
  ///   in front is no list of fields.
  init(checking text: some StringProtocol, version: String) throws(RunTokenError) {
    let text = Substring(text)
    let checkByteCount = RunToken.checkKey.utf8.count + 16
    let end = text.utf8.index(
      text.endIndex, offsetBy: -checkByteCount, limitedBy: text.startIndex)
    guard let end, text[end...].hasPrefix(RunToken.checkKey) else {
      throw RunTokenError(
        "the token is cut off: it must end with '\(RunToken.checkKey)' and 16 digits")
    }
    let front = text[..<end]
    let wanted = RunToken.check(of: front)
    let found = text[end...].dropFirst(RunToken.checkKey.count)
    guard found == wanted else {
      throw RunTokenError(
        """
        the token was changed or lost a part: its checksum is \(wanted), and it says \(found). \
        Copy the whole word.
        """)
    }
    let parts = front.dropFirst(version.count)
      .split(
        separator: ",", maxSplits: Self.maximumItemCount, omittingEmptySubsequences: false)
    for part in parts {
      let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard words.count == 2 else {
        throw RunTokenError("a field is 'key=value', found '\(part.prefix(40))'")
      }
      guard !fields.contains(where: { $0.key == words[0] }) else {
        throw RunTokenError("the field '\(words[0].prefix(40))' stands twice")
      }
      guard fields.count < Self.maximumItemCount else {
        throw RunTokenError("the token has more than \(Self.maximumItemCount) fields")
      }
      fields.append((words[0], words[1]))
    }
  }

  func has(_ key: String) -> Bool { fields.contains { $0.key == key } }

  mutating func take(_ key: String) -> Substring? {
    guard let place = fields.firstIndex(where: { $0.key == key }) else { return nil }
    return fields.remove(at: place).value
  }

  mutating func required(_ key: String) throws(RunTokenError) -> Substring {
    guard let value = take(key) else { throw RunTokenError("the field '\(key)' is missing") }
    return value
  }

  mutating func value<Value>(
    _ key: String, _ expected: String, _ parse: (String) -> Value?
  ) throws(RunTokenError) -> Value {
    let text = try required(key)
    guard let value = parse(String(text)) else {
      throw RunTokenError("'\(key)' must be \(expected), found '\(text.prefix(40))'")
    }
    return value
  }

  /// Items with `+` between them; empty where the key is absent.
  mutating func list<Value>(
    _ key: String, _ expected: String, _ parse: (String) -> Value?
  ) throws(RunTokenError) -> [Value] {
    guard let text = take(key) else { return [] }
    let items = text.split(
      separator: "+", maxSplits: Self.maximumItemCount, omittingEmptySubsequences: false)
    guard items.count <= Self.maximumItemCount else {
      throw RunTokenError("'\(key)' lists more than \(Self.maximumItemCount)")
    }
    var values: [Value] = []
    for item in items {
      guard let value = parse(String(item)) else {
        throw RunTokenError("'\(key)' must list \(expected), found '\(item.prefix(40))'")
      }
      values.append(value)
    }
    return values
  }

  /// - Throws: ``RunTokenError`` where a field is left that nobody asked for.
  func finish() throws(RunTokenError) {
    guard let field = fields.first else { return }
    throw RunTokenError(
      "unknown field '\(field.key.prefix(40))': it may be of a later version than \(ToolVersion.text)"
    )
  }
}
