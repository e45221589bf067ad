import ArgumentParser
import VHDX

/// `exact`, or the name of a program whose recovery is modelled.
struct RecoverProfile: ExpressibleByArgument {
  static let all: [RecoveryProfile] = [.exact, .qemu720, .qemu7222]
  static var allValueStrings: [String] { all.map(\.name) }

  var profile: RecoveryProfile

  init?(argument: String) {
    guard let profile = Self.all.first(where: { $0.name == argument }) else { return nil }
    self.profile = profile
  }

  init(_ profile: RecoveryProfile) {
    self.profile = profile
  }

  var defaultValueDescription: String { profile.name }

  /// The profile with further mistakes, which its name then says.
  func adding(_ bugs: [RecoveryBug]) -> RecoveryProfile {
    var profile = profile
    for bug in bugs where profile.bugs.insert(bug).inserted {
      profile.name += " + \(bug.rawValue)"
    }
    return profile
  }
}

extension RecoveryBug: ExpressibleByArgument {}

extension RecoveryProfile {
  /// How an image is read behind this profile's recovery.
  var readingOptions: ImageReadingOptions {
    guard readsHeadersAsQEMU else { return .strict }
    // What stands in the block table is for `qemu-img check` to report; it stops no opening.
    var options = ImageReadingOptions.qemu
    options.blockTable = .whenRead
    return options
  }
}
