import Campaign

extension Outcome.Kind {
  /// How the last line of a text begins.
  package var headline: String {
    switch self {
    case .passed: "passed"
    case .failed: "FAILED"
    case .incomplete: "INCOMPLETE"
    case .nothingChecked: "NOTHING WAS CHECKED"
    case .interrupted: "INTERRUPTED, nothing broken until then"
    }
  }
}
