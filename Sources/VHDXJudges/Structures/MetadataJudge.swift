import Bytes
import Checking
import VHDX

/// M01 to M12, and M14: the metadata table and the items that every program knows.
///
/// Source: [MS-VHDX] 2.6.
package struct MetadataJudge {
  private let options: ImageJudgeOptions

  package init(options: ImageJudgeOptions = ImageJudgeOptions()) {
    self.options = options
  }

  /// - Returns: `metadata` is `nil` where the disk's size, block size or sector sizes are unknown.
  package func judge(
    _ file: any ImageFile, region: ByteRange
  ) -> (violations: [Violation], metadata: ImageMetadata?) {
    var list = ImageViolations()
    let fields: MetadataTableFields
    do throws(FormatError) {
      fields = try MetadataTableFields(reading: file, region: region)
    } catch {
      list.add(error)
      return (list.violations, nil)
    }
    fields.forEachDefect { list.add($0) }
    let metadata = MetadataItems(reading: file, fields).metadata { list.add($0) }
    if let locator = metadata?.parentLocator { judgeLinkage(locator, region, &list) }
    if options.judgesWarnings, let metadata { judgeIdentity(metadata, &list) }
    return (list.violations, metadata)
  }

  private func judgeIdentity(_ metadata: ImageMetadata, _ list: inout ImageViolations) {
    // An item that was not read has broken M02 or M07.
    guard metadata.parameters.virtualDiskID.isZero,
      let entry = metadata.table.entry(.virtualDiskID),
      entry.byteCount == MetadataItem.virtualDiskID.byteCount,
      entry.range.endByteOffset <= metadata.region.byteCount
    else { return }
    list.add(
      .m14,
      "the virtual disk has no identity, at byte "
        + "\(metadata.region.byteOffset + UInt64(entry.byteOffset))",
      ["expected a GUID, found \(GUID.zero)"])
  }

  private func judgeLinkage(
    _ locator: ParentLocator, _ region: ByteRange, _ list: inout ImageViolations
  ) {
    guard let parent = options.parentDataWriteGUID else { return }
    let linkages = [ParentLocator.linkageKey, ParentLocator.linkageKey + "2"].compactMap {
      locator[$0]
    }
    let matches = linkages.contains { text in
      GUID(text.filter { $0 != "{" && $0 != "}" }) == parent
    }
    if !matches {
      list.add(
        .m12,
        "the parent locator of the metadata at byte \(region.byteOffset) names another state of "
          + "the parent",
        ["expected \(parent)", "found \(linkages.joined(separator: ", "))"])
    }
  }
}
