import Rules

/// Rules that a released program is known to break whatever it is asked for, so that a campaign over it is about
/// the rest: `known: qemu-7.2.22`.
///
/// What breaks one of them is counted and told, and is no news. What a client has lost is never in here, but known
/// finding by finding: D10 is, because nearly every run leaves an image that takes no new writes.
package struct KnownSet: Hashable, Sendable {
  package let name: String
  package let rules: [Rule]
  /// Why they are known, in one sentence.
  package let reason: String

  /// `nil` where no set has this name.
  package init?(_ name: String) {
    guard let set = Self.all.first(where: { $0.name == name }) else { return nil }
    self = set
  }

  private init(_ name: String, _ rules: [Rule], _ reason: String) {
    self.name = name
    self.rules = rules
    self.reason = reason
  }

  package static let all = [
    KnownSet(
      "qemu-7.2.22", [.d10, .h15, .r02, .r05, .r06, .s05],
      "QEMU names its log before the log holds an entry, and its headers and sizes differ from what "
        + "the specification asks for (docs/recovery-differences.md)")
  ]
}
