import Bytes
import VHDX

/// What the log of an image holds, whether it is to be replayed or not.
struct ImageLogInspection {
  let logGUID: GUID
  let ring: LogRing
  /// What the search for the active run finds; `nil` where the log is empty.
  let report: LogSearchReport?
  /// How many entries of other logs the ring holds: of sessions that are over.
  let foreignEntryCount: Int

  /// `nil` where there is no ring.
  init?(_ file: any ImageFile, header: VHDXHeader) {
    guard header.logByteCount > 0, let range = header.logRange else { return nil }
    logGUID = header.logGUID
    let ring = LogRing(file, range: range)
    self.ring = ring
    report = header.logGUID.isZero ? nil : LogSearch.run(ring, logGUID: header.logGUID)
    // This mistake of a recovery is what finds entries of any GUID.
    let everything = LogSearch.run(
      ring, logGUID: header.logGUID, profile: .only(.readsOldGUID))
    foreignEntryCount = everything.foreignEntryCount
  }
}
