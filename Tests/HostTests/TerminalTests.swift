import Host
import Testing

@Suite struct TerminalTests {
  private func auto(
    isTerminal: Bool = true, noColor: String? = nil, terminalName: String? = "xterm"
  ) -> Bool {
    ColorChoice.auto.allows(
      isTerminal: isTerminal, noColor: noColor, terminalName: terminalName)
  }

  @Test func autoColoursATerminalOnly() {
    #expect(auto())
    #expect(auto(terminalName: nil))
    #expect(!auto(isTerminal: false))
  }

  @Test func noColorCountsWhenItIsNotEmpty() {
    #expect(!auto(noColor: "1"))
    #expect(!auto(noColor: "0"))
    #expect(auto(noColor: ""))
  }

  @Test func dumbTerminalsStayPlain() {
    #expect(!auto(terminalName: "dumb"))
  }

  @Test func anExplicitChoiceBeatsTheSurroundings() {
    #expect(
      ColorChoice.always.allows(isTerminal: false, noColor: "1", terminalName: "dumb"))
    #expect(!ColorChoice.never.allows(isTerminal: true, noColor: nil, terminalName: "xterm"))
  }

  @Test func choicesAreSpeltAsTheOptionIs() {
    #expect(ColorChoice.allCases.map(\.rawValue) == ["auto", "always", "never"])
  }
}
