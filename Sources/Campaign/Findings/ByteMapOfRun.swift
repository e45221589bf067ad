import Checking

extension ByteMap {
  /// The bytes that a violation of a run is about; `nil` where it is about none, or the run's log cannot be read.
  package init?(of run: any DeviceRun, _ violation: Violation) {
    guard violation.byteOffset != nil, let evidence = try? run.evidence(),
      let map = SingleStateJudge(evidence).byteMap(of: violation)
    else { return nil }
    self = map
  }
}
