import Bytes
import CrashStates
import Rules

/// What a program made of one crash state of an image that only it can read.
package enum OpaqueAnswer: Sendable {
  /// What the virtual disk holds, after whatever recovery the program does.
  case opened(SparseBytes)
  /// It does not open, or a check of the program's own calls it damaged: what it said.
  case refused(rule: Rule, reason: String)
  /// The program could not be asked, which says nothing of the state: why, and what to do.
  case unanswered(reason: String)
}

/// Reads crash states of images whose format is not known here.
package typealias OpaqueReader = @Sendable (StateImage) -> OpaqueAnswer

/// The client's promises in an image that only the program which wrote it can read: each crash state is
/// opened by the program, and its virtual disk compared with what was promised (rules D01 to D07).
final class OpaqueStateJudge: StateJudge {
  let history: DiskHistory
  private let units: JudgedUnits?
  let read: OpaqueReader
  private(set) var obstacle: String?

  init(history: DiskHistory, promises: Promises?, read: @escaping OpaqueReader) {
    self.history = history
    // A new disk holds zeroes.
    units = promises.map { JudgedUnits(promises: $0, initial: InitialDisk()) }
    self.read = read
  }

  func examine(_ task: StateTask) -> StateFindings {
    StateFindings(violations: violations(in: task.state))
  }

  private func violations(in state: CrashState) -> [Violation] {
    switch read(StateImage(history, state)) {
    case .refused(let rule, let reason):
      return [Violation(by: .opaqueStateJudge, rule, reason, state: state)]
    case .unanswered(let reason):
      obstacle = obstacle ?? reason
      return []
    case .opened(let contents):
      guard let units else { return [] }
      return units.wrong(in: VirtualDisk(contents), state).map {
        units.violation($0, state, bytes: contents.unit(at: $0.unit))
      }
    }
  }
}

extension VirtualDisk {
  fileprivate init(_ contents: SparseBytes) {
    self.init(byteCount: contents.byteCount)
    let unit = UInt64(StateSum.unitByteCount)
    for unitIndex in 0..<contents.byteCount / unit {
      add(Checksum.xxh3Wide(contents.unit(at: unitIndex)), unit: unitIndex)
    }
  }
}
