import Bytes
import Checking
import Rules
import VHDX

/// What is wrong with a VHDX image, and whether it opens.
///
/// The judge looks at all structures; opening, as the specification wants it, stops at the first thing
/// that it cannot do without. What opening refuses is always among the violations, and there are
/// violations that stop no opening: a damaged copy of the region table, two entries of the block table
/// that name one place.
package struct VHDXFindings: Sendable {
  /// Why an image does not open.
  package enum Refusal: Sendable, CustomStringConvertible {
    /// The log, or the headers that name it.
    case log(RecoveryRefusal)
    /// What is there once the log was replayed.
    case structure(FormatError)

    /// `nil` where a limit of this tool refuses.
    package var rule: Rule? {
      switch self {
      case .log(let refusal): refusal.rule
      case .structure(let error): error.rule
      }
    }

    /// Whether it is this program that cannot go on, and nothing is said against the image.
    var isLimitOfOurs: Bool {
      guard case .log(let refusal) = self else { return false }
      return refusal.isLimitOfOurs
    }

    package var description: String {
      switch self {
      case .log(let refusal): refusal.description
      case .structure(let error): error.description
      }
    }
  }

  /// Up to 64 of one rule from each part, advice among them.
  package let violations: [Violation]
  /// `nil` where the image opens.
  package let refusal: Refusal?

  /// Why the parts of the image after its log were not looked at; `nil` where they were, or where the
  /// image is to blame.
  package var limit: String? {
    guard let refusal, refusal.isLimitOfOurs else { return nil }
    return "the log was not replayed, and nothing after it was looked at: \(refusal)"
  }

  package init(_ file: any ImageFile) {
    let refusal = Self.refusal(of: file)
    var violations = ImageJudge().judge(file)
    if let refusal, !refusal.isLimitOfOurs {
      let rule = refusal.rule ?? .d09
      if !violations.contains(where: { $0.rule == rule }) {
        violations.append(Violation(by: .imageOpening, rule, "the image does not open: \(refusal)"))
      }
    }
    self.refusal = refusal
    self.violations = violations
  }

  /// The first violation of each rule, but for advice (``ImageFindings/broken``).
  package var broken: [Violation] { findings.broken }

  /// The same in the words of all formats.
  package var findings: ImageFindings {
    ImageFindings(
      violations: violations,
      refusal: refusal.map { ImageFindings.Refusal(rule: $0.rule, description: $0.description) },
      limit: limit)
  }

  private static func refusal(of file: any ImageFile) -> Refusal? {
    let overlay = OverlayImage(file)
    if case .refused(let refusal) = Recovery().run(on: overlay) { return .log(refusal) }
    do throws(FormatError) {
      _ = try VHDXImage(reading: overlay)
      return nil
    } catch {
      return .structure(error)
    }
  }
}
