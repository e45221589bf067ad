import Bytes
import CrashStates
import Rules

/// A format of disk images, with what opens it: all that judges, campaigns and the tool know of one.
///
/// A raw disk is one as well (``RawFormat``). What most formats have nothing of, such as rules about the
/// order of writes, has an answer below, so that a new format begins with the first seven.
package protocol ImageFormat: Sendable {
  /// As `--as` takes it and file names end: `vhdx`.
  var name: String { get }
  /// The rules that a recording can be judged by without any other program, ascending.
  var rules: [Rule] { get }
  /// Those of ``rules`` that are judged of each crash state, but for the promises to the client.
  var stateRules: Set<Rule> { get }
  /// Whether a file says of itself that it is such an image.
  func recognizes(_ file: any ImageFile) -> Bool
  /// What is wrong with one image, whoever wrote it, and whether it opens.
  func findings(of file: any ImageFile) -> ImageFindings
  /// Does to a file what opening it for writing does, recovery above all.
  ///
  /// - Returns: whether it opens.
  func open(_ file: OverlayImage) -> Bool
  /// Opens the crash states of a recording, one after the other.
  ///
  /// - Parameter goesOn: whether the opened images are written on to, to judge rule D10.
  func reader(of history: DiskHistory, goesOn: Bool) -> any ImageReader

  // MARK: What has an answer below

  /// Whether a file is such an image, or what is left of one that was damaged.
  func recognizesDamaged(_ file: any ImageFile) -> Bool
  /// Whether the disk holds what its client wrote, at the places where the client wrote it.
  var isRaw: Bool { get }
  /// Why a rule of the format was not judged; `nil` where ``Judge`` has a reason of its own.
  func whatIsMissing(for rule: Rule) -> String?
  /// Where the structures are, those first that are the likeliest to be torn: crash states that lose
  /// something there come before others.
  func areas(of history: DiskHistory) -> [[ByteRange]]
  /// The format's own judges of recordings, of the order in which the image is written above all.
  var judges: [RegisteredJudge] { get }
  /// Judges recoveries that are cut off in turn; `nil` where opening changes nothing.
  func secondCrashJudge(seed: UInt64) -> (any SecondCrashJudge)?
  /// Whether the file says that it must be recovered first; `nil` where it does not say.
  func needsRecovery(_ file: any ImageFile) -> Bool?
  /// Whether opening an image may have to repair it first, so that a profile of recovery has a meaning,
  /// and what commands make of an image is held against it (rules X02 and X04).
  var hasRecovery: Bool { get }
  /// The programs whose recovery is modelled, and the mistakes that a recovery can be told to make.
  var recoveryProfileNames: [String] { get }
  var recoveryBugNames: [String] { get }
  /// The format with another recovery.
  ///
  /// - Parameters:
  ///   - profileName: one of ``recoveryProfileNames``; `nil`: that which it has.
  ///   - bugNames: some of ``recoveryBugNames``, made beside those of the profile.
  func recovering(as profileName: String?, adding bugNames: [String]) -> any ImageFormat
  /// What a command made of an image, beside what recovery makes of it; `nil` where there is nothing to
  /// compare.
  func disagreements(
    of command: ImageCommand, with image: any ImageFile, left: any ImageFile
  ) -> [Violation]?
  /// What stands where in the file of a crash state: "header 1", "block map entry 7"; `nil` where nothing
  /// is known of it.
  ///
  /// - Parameter later: a state whose names are worth more than those at the end of the log, for places
  ///   that are not in use yet.
  func names(of history: DiskHistory, _ state: CrashState, later: CrashState?)
    -> (any PlaceNames)?
  /// What an image's structures say, for `inspect`; `nil` where there is a listing of its own.
  func listing(of file: any ImageFile) -> ImageListing?
  /// What the structures of two crash states say differently; `nil` where they have none.
  func difference(
    of history: DiskHistory, _ first: CrashState, _ second: CrashState
  ) -> ImageDifference?
}

/// Opens the crash states of a recording of images.
package protocol ImageReader: AnyObject {
  /// What opening the state does.
  func read(_ state: CrashState) -> OpenedState
  /// What tells the structures of a state from those of others, without a look at them: two states with the same
  /// are opened alike, but for what ``OpenedState/isToldByStructure`` says. `nil` where nothing does.
  func structure(of state: CrashState) -> AnyHashable?
}

extension ImageReader {
  package func structure(of state: CrashState) -> AnyHashable? { nil }
}

/// Names the places of a file.
package protocol PlaceNames {
  func name(of range: ByteRange) -> String
}

extension ImageFormat {
  /// As texts call it: `VHDX`.
  package var title: String { isRaw ? name : name.uppercased() }

  package func recognizesDamaged(_ file: any ImageFile) -> Bool { recognizes(file) }
  package var isRaw: Bool { false }
  package func whatIsMissing(for rule: Rule) -> String? { nil }
  package func areas(of history: DiskHistory) -> [[ByteRange]] { [] }
  package var judges: [RegisteredJudge] { [] }
  package func secondCrashJudge(seed: UInt64) -> (any SecondCrashJudge)? { nil }
  package func needsRecovery(_ file: any ImageFile) -> Bool? { nil }
  package var hasRecovery: Bool { false }
  package var recoveryProfileNames: [String] { [] }
  package var recoveryBugNames: [String] { [] }

  package func recovering(
    as profileName: String?, adding bugNames: [String]
  ) -> any ImageFormat { self }

  package func disagreements(
    of command: ImageCommand, with image: any ImageFile, left: any ImageFile
  ) -> [Violation]? { nil }

  package func names(
    of history: DiskHistory, _ state: CrashState, later: CrashState?
  ) -> (any PlaceNames)? { nil }

  package func listing(of file: any ImageFile) -> ImageListing? { nil }

  package func difference(
    of history: DiskHistory, _ first: CrashState, _ second: CrashState
  ) -> ImageDifference? { nil }
}
