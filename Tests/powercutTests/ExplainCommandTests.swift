import Testing

/// `powercut explain`: for who meets an identifier or a word in a report.
@Suite struct ExplainCommandTests {
  @Test(arguments: ["D05", "d05"])
  func aRuleIsToldWholeAndEndsWithZero(typed: String) throws {
    let run = try ToolRun(["explain", typed])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.result.hasPrefix("D05  data lost, of what the client was promised\n"))
    #expect(run.result.contains("broken:  an acknowledged FUA write is gone"))
    #expect(run.result.contains("\nWhat to do: "))
  }

  @Test func severalSubjectsAreToldInTheirOrder() throws {
    let run = try ToolRun(["explain", "torn", "drop:3", "nothing checked"])
    #expect(run.status == 0)
    let heads = run.result.split(separator: "\n").filter {
      $0.contains("  a tier of") || $0.contains("  what a command")
    }
    #expect(heads.count == 3)
    for (head, name) in zip(heads, ["torn  ", "drop:K  ", "nothing checked  "]) {
      #expect(head.hasPrefix(name))
    }
  }

  @Test func withoutASubjectEveryRuleAndWordIsListed() throws {
    let run = try ToolRun(["explain"])
    #expect(run.status == 0)
    for part in ["L01  ", "X04  ", "drop:K", "in-flight", "epoch", "data lost", "incomplete"] {
      #expect(run.result.contains(part), "\(part)")
    }
  }

  @Test(arguments: ["D99", "banana", ""])
  func whatIsNeitherIsAUsageError(typed: String) throws {
    let run = try ToolRun(["explain", typed])
    #expect(run.status == 64)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("'\(typed)' is neither a rule nor a word of reports"))
    #expect(run.errors.contains("`powercut explain` lists them all"))
  }
}
