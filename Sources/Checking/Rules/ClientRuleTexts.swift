extension RuleText {
  /// What the client was promised.
  static let client: [Rule: RuleText] = [
    .d01: RuleText(
      promise: "every sector holds its last flushed version or a later one",
      failure: "a flushed version is gone"),
    .d02: RuleText(
      promise: "a sector holds one whole version",
      failure: "a sector holds a mixture"),
    .d03: RuleText(
      promise: "a sector never shows another sector's data",
      failure: "a sector shows foreign data"),
    .d04: RuleText(
      promise: "a flushed write-zeroes or discard reads as it was promised",
      failure: "flushed zeroes are gone"),
    .d05: RuleText(
      promise: "an acknowledged FUA write is present",
      failure: "an acknowledged FUA write is gone"),
    .d06: RuleText(
      promise: "after a clean close everything acknowledged is present and nothing needs recovery",
      failure: "an acknowledged write is gone, or recovery is needed, after a clean close"),
    .d07: RuleText(
      promise: "an error is reported to the client, and loses nothing that was acknowledged",
      failure: "an acknowledged write was lost by an error, reported or not"),
    .d08: RuleText(
      promise: "recovering twice, or again after a cut, gives the same disk",
      failure: "recovery is not repeatable"),
    .d09: RuleText(
      promise: "an image that was usable before the cut opens after it",
      failure: "the image does not open after the cut"),
    .d10: RuleText(
      promise: "the recovered image accepts new writes, and they survive the next cut",
      failure: "the recovered image does not take new writes"),
    .d11: RuleText(
      promise:
        "a read returns what each of its sectors may have held between its begin and its end",
      failure: "a read returned what it must not"),
  ]
}
