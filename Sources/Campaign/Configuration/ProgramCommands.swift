import CrashStates
import Scheduling

/// A program of anybody's, as a scenario describes it: what is run in a folder, and what judges each folder that a
/// power cut could have left. Commands are words, and no shell is involved.
package struct ProgramCommands: Hashable, Sendable {
  package typealias Words = [String]

  /// Who decides in which order the operations of the program happen.
  package enum Order: String, CaseIterable, Sendable {
    /// The seed: each waits until a strategy lets it go.
    case owned
    /// The program, as it runs; what it did is recorded.
    case recorded
  }

  /// What stands for something else in the words of a command.
  package enum Place: String, CaseIterable, Sendable {
    /// The folder that is recorded; for the check, that of a crash state.
    case folder = "{folder}"
    case seed = "{seed}"
    /// The folder in which the scenario stands.
    case here = "{here}"
  }

  /// What is carried out before the first cut, one after the other: what they leave is durable.
  package var setup: [Words] = []
  /// The program; several run side by side.
  package var run: [Words]
  package var check: Words
  /// Whether the check is started once, and told one folder after the other.
  package var isCheckResident = false
  /// Patterns of names that are no part of any state.
  package var ignoredNames: [String] = []
  /// Finds marks in what the program prints; `nil` where it writes them itself, or has none.
  package var marksPattern: String?
  /// With fewer marks a run has promised nothing that could be judged.
  package var leastMarkCount = 0
  package var order = Order.owned
  package var persona = Persona.ordered
  /// Whether what the check writes is cut, too.
  package var cutsRecovery = false

  package init(run: [Words], check: Words) {
    self.run = run
    self.check = check
  }

  /// A command as it is started.
  ///
  /// - Parameter folder: `nil` leaves its place as it is.
  package func words(_ command: Words, folder: String? = nil, seed: Seed) -> Words {
    command.map { word in
      let word = word.replacing(Place.seed.rawValue, with: "\(seed)")
      return folder.map { word.replacing(Place.folder.rawValue, with: $0) } ?? word
    }
  }

  /// The same with the folder of the scenario in its place.
  package func standing(in folder: String) -> ProgramCommands {
    func standing(_ words: Words) -> Words {
      words.map { $0.replacing(Place.here.rawValue, with: folder) }
    }
    var other = self
    other.setup = setup.map(standing)
    other.run = run.map(standing)
    other.check = standing(check)
    return other
  }
}
