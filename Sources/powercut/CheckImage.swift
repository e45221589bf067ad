import ArgumentParser
import Checking
import CrashStates

extension CheckCommand {
  /// One image, without a log of its writes: its structures, and what the options ask of its recovery.
  ///
  /// - Throws: `ValidationError` at options that have no effect on it.
  func imageCheck() throws -> ImageCheck {
    let given = GivenOptions.ofThisProcess
    var check = ImageCheck(path: path)
    if given.has("states") { check.tiers = states.tiers }
    let isRecoveryCut = check.tiers.contains(.recrash)
    try (digests ? OptionUse.digestsOfImage : .checkingImage(drawsStates: isRecoveryCut))
      .check(given)
    if image.givenKind == .raw {
      throw ValidationError(
        "--as raw: \(path) is a VHDX image, and of a raw disk alone there is nothing to judge")
    }
    if let tier = check.tiers.first(where: { !ImageAlone.tiers.contains($0) }) {
      throw ValidationError(
        """
        --states \(tier) is about the writes of a log, and \(path) is an image alone: prefix is the image \
        as it is, recrash what a power cut leaves while it is recovered
        """)
    }
    if image.profile != nil || !image.bug.isEmpty {
      check.recovery = (image.profile ?? RecoverProfile(.exact)).adding(image.bug)
    }
    check.seed = seed
    check.ignoredRules = ignore.rules
    return check
  }
}
