/// What `--stack` names: an image format and a profile, as `raw:exact`, or a real program, as
/// `program:qemu-io-vhdx`.
package struct StackName: Hashable, Sendable, CustomStringConvertible {
  package enum Image: String, CaseIterable, Sendable {
    case raw
    case vhdx
    case qcow2
    /// Several files, which are judged together.
    case files

    /// Whether only the program that wrote it can read it.
    package var isOpaque: Bool { self == .qcow2 || self == .files }

    /// Whether the disk holds an image, in a format that is known here.
    package var isOfKnownFormat: Bool { self == .vhdx }

    /// What the image can be written as by a simulated stack.
    package var profiles: [Profile] {
      switch self {
      case .raw: [.exact, .qemu720, .qemu7222]
      case .vhdx: [.exact, .qemuImage720, .qemuImage7222]
      case .qcow2, .files: []
      }
    }
  }

  package let image: Image
  package let profile: Profile
  /// The program that is run; `nil` for a simulated stack.
  package let program: ProgramStack?

  /// A simulated stack.
  package init(image: Image, profile: Profile) {
    self.image = image
    self.profile = profile
    program = nil
  }

  /// A real program, judged by the image that it writes.
  package init(program: ProgramStack) {
    image = program.image
    profile = program.profile
    self.program = program
  }

  /// `nil` where `text` names no stack; ``allNames`` lists those there are.
  package init?(_ text: String) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 2 else { return nil }
    if words[0] == Self.programPrefix {
      guard let program = ProgramStack(words[1]) else { return nil }
      self.init(program: program)
    } else {
      guard let image = Image(rawValue: words[0]),
        let profile = image.profiles.first(where: { $0.name == words[1] })
      else { return nil }
      self.init(image: image, profile: profile)
    }
  }

  private static let programPrefix = "program"

  /// What a scenario can name: one of ``allNames``, or commands of its own.
  package static var scenarioNames: [String] {
    allNames + ["\(StackName(program: .custom))"]
  }

  /// The simulated stacks, then the programs.
  package static var allNames: [String] {
    Image.allCases.flatMap { image in
      image.profiles.map { "\(StackName(image: image, profile: $0))" }
    } + ProgramStack.all.map { "\(StackName(program: $0))" }
  }

  package var description: String {
    if let program { return "\(Self.programPrefix):\(program.name)" }
    return "\(image.rawValue):\(profile.name)"
  }
}
