/// A named set of mistakes and habits that describes a program's recovery.
package struct RecoveryProfile: Hashable, Sendable {
  package var name: String
  package var bugs: Set<RecoveryBug>
  /// Whether a header is written without its reserved bytes, 80 bytes of it.
  package var writesOnlyHeaderFields = false
  /// Where the specification leaves open which header is current.
  package var readsHeadersAsQEMU = false
  /// Whether the image is opened by the program's own check, which leaves the block table to be looked
  /// at afterwards and so opens what nothing else of the program opens.
  package var isOpenedByCheck = false

  package init(name: String, bugs: Set<RecoveryBug>) {
    self.name = name
    self.bugs = bugs
  }

  /// The specification.
  package static let exact = RecoveryProfile(name: "exact", bugs: [])

  /// QEMU 7.2.22, each mistake seen in runs.
  package static let qemu7222: RecoveryProfile = {
    let others: Set<RecoveryBug> = [
      .clearsBeforeStable, .readsOldGUID, .readOnlyWrites,
    ]
    var profile = RecoveryProfile(
      name: "qemu-7.2.22", bugs: Set(RecoveryBug.allCases).subtracting(others))
    profile.writesOnlyHeaderFields = true
    profile.readsHeadersAsQEMU = true
    return profile
  }()

  /// QEMU 7.2.0: what recovers a log there is the same code as in 7.2.22, by reading; no run of this
  /// release was compared.
  package static let qemu720: RecoveryProfile = {
    var profile = qemu7222
    profile.name = "qemu-7.2.0"
    return profile
  }()

  /// The same recovery, and then an opening as `qemu-img check` does it: ``isOpenedByCheck``.
  package var openedByCheck: RecoveryProfile {
    var profile = self
    profile.isOpenedByCheck = true
    profile.name += Self.checkSuffix
    return profile
  }

  /// Ends the name of a profile that is ``isOpenedByCheck``.
  package static let checkSuffix = "-check"

  /// How an image is read once its log is dealt with.
  package var readingOptions: ImageReadingOptions {
    guard readsHeadersAsQEMU else { return .strict }
    return isOpenedByCheck ? .qemuCheck : .qemu
  }

  /// The specification with one mistake.
  package static func only(_ bug: RecoveryBug) -> RecoveryProfile {
    RecoveryProfile(name: "exact + \(bug.rawValue)", bugs: [bug])
  }

  func has(_ bug: RecoveryBug) -> Bool { bugs.contains(bug) }
}

extension RecoveryProfile {
  /// QEMU's own check opens what its other openings refuse, so each release is there twice.
  package static let known: [RecoveryProfile] = [
    .exact, .qemu720, .qemu720.openedByCheck, .qemu7222, .qemu7222.openedByCheck,
  ]

  /// The profile with further mistakes, which its name then says.
  package func adding(_ bugs: [RecoveryBug]) -> RecoveryProfile {
    var profile = self
    for bug in bugs where profile.bugs.insert(bug).inserted {
      profile.name += " + \(bug.rawValue)"
    }
    return profile
  }
}
