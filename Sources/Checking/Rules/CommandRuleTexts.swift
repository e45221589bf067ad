extension RuleText {
  /// What other programs say of a crash state.
  static let command: [Rule: RuleText] = [
    .x02: RuleText(
      promise: "our recovery and the command's agree on whether the image opens",
      failure: "two recoveries disagree on whether the image opens"),
    .x03: RuleText(
      promise: "the command accepts the image: it exits with 0 in time",
      failure: "a command does not accept the image"),
    .x04: RuleText(
      promise: "our recovery and the command's leave the same bytes from 1 MiB on",
      failure: "two recoveries leave different bytes"),
  ]
}
