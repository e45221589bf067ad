import VHDX

/// A named set of bugs and habits that describes a program.
public struct Profile: Hashable, Sendable {
  public var name: String
  public var bugs: Set<BugSwitch>
  /// Whether its log carries what only Powercut's recorder writes: the extension at byte 64, and
  /// marks of what the client was told.
  public var writesOwnFields: Bool
  /// In which order a VHDX image is written.
  public var habits = VHDXDisk.Habits.exact
  /// What a VHDX image is opened with.
  public var recovery = RecoveryProfile.exact

  /// Keeps every promise: no rule may fail here, ever.
  public static let exact = Profile(name: "exact", bugs: [], writesOwnFields: true)

  /// QEMU's blklogwrites driver as released: seen in runs, or read in its source.
  public static let qemu7222 = Profile(
    name: "qemu-7.2.22",
    bugs: [.flushCoversLater, .fuaUnmarked, .failedWriteLogged, .sizeUnlogged],
    writesOwnFields: false)

  /// The same before the race of a write-zeroes entry was mended. Entries that share a place
  /// (logger.position-after-write) took several queues there; this stack has one.
  public static let qemu720 = Profile(
    name: "qemu-7.2.0", bugs: qemu7222.bugs.union([.positionReread]), writesOwnFields: false)

  /// QEMU's vhdx driver as released, over an exact logger: what is under test is the image format.
  public static let qemuImage7222 = Profile(
    name: "qemu-7.2.22",
    bugs: [.guidBeforeEntry, .headerErrorsIgnored, .publishBeforeLog, .batRestoredUnderWriter],
    writesOwnFields: true, habits: .qemu, recovery: .qemu7222)

  /// The same before the table's entries stopped to shift.
  public static let qemuImage720 = Profile(
    name: "qemu-7.2.0", bugs: qemuImage7222.bugs.union([.trailingRead]), writesOwnFields: true,
    habits: .qemu, recovery: .qemu720)
}

/// What `--stack` names: an image format and a profile, as `raw:exact`.
public struct StackName: Hashable, Sendable, CustomStringConvertible {
  public enum Image: String, CaseIterable, Sendable {
    case raw
    case vhdx

    /// What the image can be written as.
    public var profiles: [Profile] {
      switch self {
      case .raw: [.exact, .qemu720, .qemu7222]
      case .vhdx: [.exact, .qemuImage720, .qemuImage7222]
      }
    }
  }

  public var image: Image
  public var profile: Profile

  public init(image: Image, profile: Profile) {
    self.image = image
    self.profile = profile
  }

  /// `nil` where `text` names no stack; ``allNames`` lists those there are.
  public init?(_ text: String) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 2, let image = Image(rawValue: words[0]),
      let profile = image.profiles.first(where: { $0.name == words[1] })
    else { return nil }
    self.init(image: image, profile: profile)
  }

  public static var allNames: [String] {
    Image.allCases.flatMap { image in image.profiles.map { "\(image.rawValue):\($0.name)" } }
  }

  public var description: String { "\(image.rawValue):\(profile.name)" }
}
