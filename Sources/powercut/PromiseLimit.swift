import Bytes
import Checking
import Workload

/// How much of a log's promises is judged.
///
/// A promise is kept and compared for each 512-byte unit that it covers, so one mark that claims an
/// exabyte, or a discard of a whole disk, would fill any memory. Above the limit the promises are left
/// out, and the report says so; what needs none of them is judged as ever.
struct PromiseLimit {
  static let byteCount: UInt64 = 4 << 30

  private static let rules: [Rule] = [.l07, .d01, .d02, .d03, .d04, .d05, .d06, .d07]

  /// What the promises cover in all; `nil` where that is within the limit.
  private let excessByteCount: UInt64?

  /// Takes the promises out of `evidence` where they cover too much.
  init(applyingTo evidence: inout Evidence) {
    let covered = evidence.client.map {
      Self.coveredByteCount($0, initialByteCount: evidence.history.byteCount(atCut: 0))
    }
    excessByteCount = covered.flatMap { $0 > Self.byteCount ? $0 : nil }
    guard excessByteCount != nil else { return }
    evidence.client = nil
    evidence.submittedUnits = nil
    evidence.arePromisesImplied = false
  }

  /// Why a rule was not judged, where it is for the limit.
  func reason(for rule: Rule) -> String? {
    guard let excessByteCount, Self.rules.contains(rule) else { return nil }
    return """
      the log's promises cover \(excessByteCount) bytes, counting each write, discard and resize; up to \
      \(Self.byteCount) are judged
      """
  }

  private static func coveredByteCount(
    _ client: ClientHistory, initialByteCount: UInt64
  ) -> UInt64 {
    var total: UInt64 = 0
    var deviceByteCount = initialByteCount
    for record in client.records {
      let range = record.operation.range
      var covered: UInt64 = 0
      switch record.operation.action {
      case .read, .flush, .close: continue
      case .write, .writeZeroes, .discard: covered = range.byteCount
      case .resize:
        covered =
          max(deviceByteCount, range.byteCount) - min(deviceByteCount, range.byteCount)
        deviceByteCount = range.byteCount
      }
      let sum = total.addingReportingOverflow(covered)
      total = sum.overflow ? .max : sum.partialValue
    }
    return total
  }
}
