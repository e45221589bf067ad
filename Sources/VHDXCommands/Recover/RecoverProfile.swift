import ArgumentParser
import VHDX

/// `exact`, or the name of a program whose recovery is modelled.
struct RecoverProfile: ExpressibleByArgument {
  static var allValueStrings: [String] { RecoveryProfile.known.map(\.name) }

  var profile: RecoveryProfile

  init?(argument: String) {
    guard let profile = RecoveryProfile.known.first(where: { $0.name == argument }) else {
      return nil
    }
    self.profile = profile
  }

  init(_ profile: RecoveryProfile) {
    self.profile = profile
  }

  var defaultValueDescription: String { profile.name }
}

extension RecoveryBug: ExpressibleByArgument {}
