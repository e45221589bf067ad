import Bytes
import Checking
import CrashStates
import Rules
import VHDX

/// VHDX images, with the recovery that opens them.
///
/// Source: [MS-VHDX].
package struct VHDXFormat: ImageFormat {
  /// What opens the image after a crash.
  package var recovery: RecoveryProfile
  /// Goes on with an image as a power cut left it: opens it with the program under test, writes,
  /// cuts the power again and looks. Returns what went wrong, `nil` where nothing did (rule D10). The
  /// bytes are those of the image's structures; its payload reads as zeroes.
  package var goOn: (@Sendable (SparseBytes) -> String?)?

  package init(recovery: RecoveryProfile = .exact) {
    self.recovery = recovery
  }

  package let name = "vhdx"
  package let rules = Rule.allCases.filter { Self.families.contains($0.family) }

  private static let families: Set<RuleFamily> = [
    .log, .client, .headers, .regions, .metadata, .blockTable, .logEntries, .logSequences,
    .recovery,
  ]

  package var stateRules: Set<Rule> {
    var rules: Set<Rule> = [
      .s05, .d08, .d09, .h01, .h03, .h04, .h05, .h06, .h07, .h08, .g01, .g02, .g03, .g04, .g05,
      .g06, .g07, .g09, .m01, .m02, .m03, .m04, .m05, .m06, .m07, .m08, .m09, .m10, .m11, .b01,
      .b02, .b03, .b04, .b05, .b06, .b07, .b11,
    ]
    if goOn != nil { rules.insert(.d10) }
    return rules.union(RecoveryJudge.rules)
  }

  package func recognizes(_ file: any ImageFile) -> Bool {
    Self.has(FileIdentifier.signature, at: 0, in: file)
  }

  /// An image that lost its first sector is an image still, by its two headers.
  package func recognizesDamaged(_ file: any ImageFile) -> Bool {
    recognizes(file)
      || HeaderSlot.allCases.allSatisfy {
        Self.has(VHDXHeader.signature, at: $0.byteOffset, in: file)
      }
  }

  private static func has(
    _ signature: [UInt8], at byteOffset: UInt64, in file: any ImageFile
  ) -> Bool {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(signature.count))
    return range.endByteOffset <= file.byteCount && file.read(range) == signature
  }

  package func findings(of file: any ImageFile) -> ImageFindings { VHDXFindings(file).findings }

  package func open(_ file: OverlayImage) -> Bool {
    Recovery(profile: recovery).run(on: file).opens
  }

  package func reader(of history: DiskHistory, goesOn: Bool) -> any ImageReader {
    VHDXReader(history: history, recovery: recovery, goOn: goesOn ? goOn : nil)
  }

  package func areas(of history: DiskHistory) -> [[ByteRange]] {
    let found = ImageAreas(history)
    return [found.recoverable, found.structures]
  }

  package var judges: [RegisteredJudge] { [.orderOfWrites] }

  package func secondCrashJudge(seed: UInt64) -> (any SecondCrashJudge)? {
    RecrashJudge(recovery, seed: seed)
  }

  package func whatIsMissing(for rule: Rule) -> String? {
    switch rule {
    case .h09, .h18, .m14: "advice: `powercut check IMAGE` tells it of an image that is closed"
    case .d10: "no writer is known that goes on with the image"
    case .m12: "the parent image was not given"
    default: nil
    }
  }
}

// MARK: - What other programs make of an image

extension VHDXFormat {
  package func needsRecovery(_ file: any ImageFile) -> Bool? {
    switch LogStanding(of: file) {
    case .clean: false
    case .dirty: true
    case .unknown: nil
    }
  }

  package var hasRecovery: Bool { true }
  package var recoveryProfileNames: [String] { RecoveryProfile.known.map(\.name) }
  package var recoveryBugNames: [String] { RecoveryBug.allCases.map(\.rawValue) }

  package func recovering(
    as profileName: String?, adding bugNames: [String]
  ) -> any ImageFormat {
    var format = self
    let named = RecoveryProfile.known.first { $0.name == profileName }
    format.recovery = (named ?? recovery).adding(bugNames.compactMap { RecoveryBug(rawValue: $0) })
    return format
  }

  package func disagreements(
    of command: ImageCommand, with image: any ImageFile, left: any ImageFile
  ) -> [Violation]? {
    RecoveryAgreement(command: command, recovery: recovery).judge(image, left: left)
  }
}

// MARK: - What stands where

extension VHDXFormat {
  package func names(
    of history: DiskHistory, _ state: CrashState, later: CrashState?
  ) -> (any PlaceNames)? {
    let names = StructureNames(history, state, later: later, recovery: recovery)
    return names.knowsLayout ? names : nil
  }

  package func difference(
    of history: DiskHistory, _ first: CrashState, _ second: CrashState
  ) -> ImageDifference? {
    VHDXDifference(recovery: recovery).rows(history, first, second)
  }
}

extension StructureNames: PlaceNames {}
