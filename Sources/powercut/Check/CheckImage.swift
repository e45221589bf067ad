import ArgumentParser
import Checking
import CrashStates

extension CheckCommand {
  /// One image, without a log of its writes: its structures, and what the options ask of its recovery.
  ///
  /// - Throws: `ValidationError` at options that have no effect on it.
  func imageCheck(_ format: any ImageFormat) throws -> ImageCheck {
    let given = GivenOptions.ofThisProcess
    var check = ImageCheck(path: path, format: format)
    if given.has("states") { check.tiers = states.tiers }
    let isRecoveryCut = check.tiers.contains(.recrash)
    try
      (digests
      ? OptionUse.digestsOfImage(format)
      : .checkingImage(of: format, drawsStates: isRecoveryCut))
      .check(given)
    try refuseOtherFormat(than: format)
    if let tier = check.tiers.first(where: { !ImageAlone.tiers(of: format).contains($0) }) {
      throw ValidationError(
        """
        --states \(tier) is about the writes of a log, and \(path) is an image alone: prefix is the image \
        as it is\(format.hasRecovery ? ", recrash what a power cut leaves while it is recovered" : "")
        """)
    }
    if image.profile != nil || !image.bug.isEmpty {
      check.recovery = format.recovering(as: image.profile?.name, adding: image.bug.map(\.name))
    }
    check.seed = seed
    check.ignoredRules = ignore.rules
    return check
  }

  private func refuseOtherFormat(than format: any ImageFormat) throws {
    guard let given = image.givenFormat?.format, given.name != format.name else { return }
    let why = given.isRaw ? ", and of a raw disk alone there is nothing to judge" : ""
    throw ValidationError("--as \(given.name): \(path) is a \(format.title) image\(why)")
  }
}
