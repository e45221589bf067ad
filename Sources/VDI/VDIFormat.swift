import Bytes
import Checking
import CrashStates
import Rules

/// VDI images, as QEMU and VirtualBox open them: there is no log, so opening changes nothing.
///
/// Source: docs/vdi.md.
package struct VDIFormat: ImageFormat {
  package let name = "vdi"
  package let rules = Rule.allCases.filter {
    Rule.ofRawDisks.contains($0) || [.d09, .d10].contains($0) || $0.family == .vdi
  }
  package let stateRules = Set(RuleFamily.vdi.rules + [.d09])

  package init() {}

  package func recognizes(_ file: any ImageFile) -> Bool { VDIImage.recognizes(file) }

  package func findings(of file: any ImageFile) -> ImageFindings {
    let refusal = VDIImage.refusal(of: file).map {
      ImageFindings.Refusal(rule: $0.rule, description: $0.description)
    }
    return ImageFindings(
      violations: VDIImage.violations(of: file, limit: 64), refusal: refusal,
      limit: VDIImage.limit(of: file).map {
        "nothing after the header was looked at: \($0)"
      })
  }

  package func open(_ file: OverlayImage) -> Bool { VDIImage.refusal(of: file) == nil }

  package func reader(of history: DiskHistory, goesOn: Bool) -> any ImageReader {
    VDIReader(history)
  }

  package func areas(of history: DiskHistory) -> [[ByteRange]] { [VDIReader.areas(of: history)] }

  package func whatIsMissing(for rule: Rule) -> String? {
    rule == .d10 ? "there is no writer that goes on with such an image" : nil
  }

  package func names(
    of history: DiskHistory, _ state: CrashState, later: CrashState?
  ) -> (any PlaceNames)? {
    let states = [state] + (later.map { [$0] } ?? []) + [CrashState(cut: history.entryCount)]
    return states.lazy.compactMap { state in
      try? VDIImage(reading: StateImage(history, state), blockMap: .whenRead)
    }.first
  }

  package func listing(of file: any ImageFile) -> ImageListing? { ImageListing(of: file) }

  package func difference(
    of history: DiskHistory, _ first: CrashState, _ second: CrashState
  ) -> ImageDifference? {
    VDIDifference(StateImage(history, first), StateImage(history, second)).rows
  }
}

extension VDIImage: PlaceNames {}

extension VDIImage {
  /// Why an image cannot be read at all: the first defect of its header. `nil` where it can, with whatever
  /// mistakes in its block map.
  static func refusal(of file: any ImageFile) -> FormatError? {
    do throws(FormatError) {
      _ = try VDIImage(reading: file, blockMap: .whenRead)
      return nil
    } catch {
      return error
    }
  }

  /// Why an image that may be a good one is not read here; `nil` where it is read, or where the image is to
  /// blame.
  static func limit(of file: any ImageFile) -> FormatError? {
    defects(of: file, limit: 0).first { $0.rule == nil }
  }

  /// Everything that is wrong with an image.
  ///
  /// - Parameter limit: how many of each rule.
  static func violations(of file: any ImageFile, limit: Int) -> [Violation] {
    defects(of: file, limit: limit).compactMap { defect in
      defect.rule.map {
        Violation(by: .imageStructures, $0, defect.finding, evidence: [defect.hint])
      }
    }
  }
}
