import Checking
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

  /// What judges each folder that a power cut could have left.
  package enum Judge: Hashable, Sendable {
    case check(Words)
    /// Started once, and told one folder after the other.
    case resident(Words)
    case oracle(FolderOracle)
  }

  /// What is carried out before the first cut, one after the other: what they leave is durable.
  package var setup: [Words] = []
  /// The program; several run side by side.
  package var run: [Words]
  package var judge: Judge
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

  package init(run: [Words], judge: Judge) {
    self.run = run
    self.judge = judge
  }

  /// The judge as it is asked about a state.
  ///
  /// - Throws: ``ImageCommandError`` where there is no place for the folder.
  package func judge(seed: Seed) throws(ImageCommandError) -> ImageCommand {
    switch judge {
    case .check(let words): try ImageCommand(words: self.words(words, seed: seed), for: .folder)
    case .resident(let words): try ImageCommand(residentWords: self.words(words, seed: seed))
    // What starts the program is what has to go on with its folder.
    case .oracle(.opens): try ImageCommand(words: words(run[0], seed: seed), for: .folder)
    case .oracle(let oracle): ImageCommand(oracle)
    }
  }

  /// Without any mark there is nothing that an oracle could hold a folder against.
  package static func leastMarkCount(
    given: Int?, pattern: String?, for judge: Judge
  ) -> Int {
    var usual = pattern == nil ? 0 : 1
    if case .oracle(let oracle) = judge, oracle.needsMarks { usual = 1 }
    return given ?? usual
  }

  /// Whether what the judge writes can be cut: it must be a program that is started for each state.
  package var canCutRecovery: Bool {
    switch judge {
    case .check, .oracle(.opens): true
    case .resident, .oracle: false
    }
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
    switch judge {
    case .check(let words): other.judge = .check(standing(words))
    case .resident(let words): other.judge = .resident(standing(words))
    case .oracle: break
    }
    return other
  }
}
