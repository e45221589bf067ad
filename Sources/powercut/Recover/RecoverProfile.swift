import ArgumentParser
import Stacks
import VHDX

/// `exact`, or the name of a program whose recovery is modelled.
struct RecoverProfile: ExpressibleByArgument {
  /// QEMU's own check opens what its other openings refuse, so each release is there twice.
  static let all: [RecoveryProfile] = [
    .exact, .qemu720, .qemu720.openedByCheck, .qemu7222, .qemu7222.openedByCheck,
  ]
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

  /// The stack of images whose writer goes with this recovery.
  var stack: StackName? {
    var name = profile.name
    if profile.isOpenedByCheck { name.removeLast(RecoveryProfile.checkSuffix.count) }
    return StackName("vhdx:\(name)")
  }

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
