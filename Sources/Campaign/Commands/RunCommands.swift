import Checking
import CrashStates
import Rules
import Stacks

/// Other programs as judges of the crash states of runs. Starting them is for the world outside of the pure
/// targets.
package protocol RunCommands: Sendable {
  /// The options that name them, as they are typed.
  var words: [String] { get }

  /// Gives the image of each of a run's states to each command; states with the same bytes once.
  ///
  /// - Parameters:
  ///   - states: of the evidence's history.
  ///   - run: what made them.
  /// - Throws: what keeps a command from being asked. Its text says what to do about it.
  func answers(
    about states: StateEnumerator, of run: any DeviceRun, _ evidence: Evidence
  ) throws -> RunCommandAnswers
}

/// What commands say of a run.
package struct RunCommandAnswers: Sendable {
  /// One for each command, in their order.
  package var tallies: [CommandTally]
  /// The user wanted to stop before all states were judged.
  package var isCutShort: Bool

  package init(tallies: [CommandTally], isCutShort: Bool = false) {
    self.tallies = tallies
    self.isCutShort = isCutShort
  }
}

extension Rule {
  /// Whether a command can say that a run of `stack` breaks it, and nobody else can.
  package func needsCommand(for stack: StackName) -> Bool {
    isOfCommands && !(self == .x03 && stack.image.isOpaque)
  }

  /// Whether it is about what another program makes of an image.
  var isOfCommands: Bool { self == .x02 || self == .x03 || self == .x04 }
}
