import Bytes
import Checking
import Rules
import VHDX

/// Whether a writer opens a dirty image exactly where it may, and whether what it then writes lasts (rule D10).
///
/// A refusal belongs to the structures as replay leaves them: region tables, metadata, block table. An image that a
/// writer must refuse and does not breaks the rule that the image breaks.
///
/// Source: [MS-VHDX] 2.2.3, 2.5, 2.6 (v20240423).
package struct WriterOpeningJudge {
  /// The rules that only a writer's opening can break.
  package static let rules: [Rule] = [
    .d10, .g01, .g02, .g03, .g04, .g05, .g06, .g07, .g09, .h08, .m01, .m02, .m03, .m04, .m05, .m06,
    .m07, .m08,
    .m09, .m10, .m11, .m12, .b01, .b02, .b03, .b04, .b05, .b06, .b07,
  ]
  /// A disk of more blocks has megabytes of table, which a writer keeps in memory: it is left out.
  static let maximumBlockCount: UInt64 = 1 << 16

  private let options: RecoveryOptions

  /// - Parameter options: those of the writer's recovery.
  package init(_ options: RecoveryOptions) {
    self.options = options
  }

  /// - Parameters:
  ///   - before: the dirty image.
  ///   - refusal: opens it for writing and says why that failed; `nil` where it did not.
  ///   - goOn: opens it, writes, cuts the power and looks; what went wrong, `nil` where nothing did.
  /// - Returns: `nil` where the writer was not asked, because the image is none for it.
  package func judge(
    before: any ImageFile, refusal: () -> String?, goOn: (DiskParameters) -> String?
  ) -> [Violation]? {
    let expected = ExpectedRecovery(before, options: options)
    if let reason = expected.refusal {
      return taken(reason.rule, "\(reason)", refusal)
    }
    guard expected.opens == true, let log = expected.logRange else { return nil }
    let parameters: DiskParameters
    do throws(FormatError) {
      guard let found = try Self.parameters(of: expected.file, log: log) else { return nil }
      parameters = found
    } catch {
      guard let rule = error.rule else { return nil }
      return taken(rule, "\(error.finding)", refusal)
    }
    if parameters.hasParent {
      return taken(.m12, "the disk has a parent, whose blocks nobody looked for", refusal)
    }
    return goOn(parameters).map { [Violation(by: .writerOpeningJudge, .d10, $0)] } ?? []
  }

  private func taken(_ rule: Rule, _ reason: String, _ refusal: () -> String?) -> [Violation] {
    refusal() == nil
      ? [Violation(by: .writerOpeningJudge, rule, "\(reason), and a writer opens the image")] : []
  }

  /// What the structures say of the disk; `nil` where it is too large to be opened again and again.
  private static func parameters(
    of file: any ImageFile, log: ByteRange
  ) throws(FormatError) -> DiskParameters? {
    let regions = try ImageRegions(
      table: RegionTablePair(reading: file).current(), log: log, fileByteCount: file.byteCount)
    let parameters = try ImageMetadata(reading: file, region: regions.metadata.range).parameters
    let geometry = BlockGeometry(parameters)
    guard geometry.payloadBlockCount <= maximumBlockCount else { return nil }
    let table = try BlockTable(
      reading: file, region: regions.blockTable.range, geometry: geometry)
    try table.check(occupied: regions.ranges, fileByteCount: file.byteCount)
    return parameters
  }
}
