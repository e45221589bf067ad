import Bytes
import Rules
import Testing
import VHDX
import VHDXJudges

@testable import Checking

/// Writers that open what they must refuse, refuse what they must open, or lose what they write.
@Suite struct WriterOpeningJudgeTests {
  private static func layout(
    blockCount: UInt64 = 8, parentLocator: ParentLocator? = nil
  ) throws -> VHDXLayout {
    try VHDXLayout(
      virtualDiskByteCount: blockCount << 20, blockByteCount: 1 << 20,
      identity: ImageIdentity(
        fileWriteGUID: GUID(low: 1, high: 2), dataWriteGUID: GUID(low: 3, high: 4),
        virtualDiskID: GUID(low: 5, high: 6)),
      parentLocator: parentLocator)
  }

  private func rules(
    of file: MemoryImage, refusal: String? = nil, failure: String? = nil
  ) -> [Rule]? {
    WriterOpeningJudge(RecoveryOptions()).judge(before: file) {
      refusal
    } goOn: { _ in
      failure
    }?.map(\.rule)
  }

  @Test func whatASoundImageMakesOfAWriterIsD10() throws {
    let file = MemoryImage(try Self.layout())
    #expect(rules(of: file) == [])
    #expect(rules(of: file, failure: "writing answers EIO") == [.d10])
  }

  /// Each image must be refused, by the rule that it breaks.
  static func refused() throws -> [(MemoryImage, Rule)] {
    let headless = MemoryImage(try layout())
    headless.zero(ByteRange(byteOffset: 64 << 10, byteCount: 128 << 10))
    let layout = try layout()
    let overlapping = MemoryImage(layout)
    overlapping.resize(toByteCount: layout.fileByteCount + 1 << 20)
    // Two present blocks at the first place after the structures, 4 MiB.
    overlapping.write(
      [6, 0, 0x40, 0, 0, 0, 0, 0, 6, 0, 0x40, 0, 0, 0, 0, 0], at: layout.blockTable.byteOffset)
    let child = MemoryImage(
      try Self.layout(
        parentLocator: ParentLocator(
          dataWriteGUID: GUID(low: 7, high: 8),
          paths: [.init(key: "relative_path", value: "p.vhdx")])))
    return [(headless, .h03), (overlapping, .b06), (child, .m12)]
  }

  @Test func anImageThatMustBeRefusedAndIsOpenedIsNamedByItsRule() throws {
    for (file, rule) in try Self.refused() {
      #expect(rules(of: file) == [rule])
      #expect(rules(of: file, refusal: "no") == [])
    }
  }

  /// Nothing is claimed of what the writer was not asked.
  @Test func aDiskOfTooManyBlocksIsNotJudged() throws {
    let file = MemoryImage(try Self.layout(blockCount: 1 << 17))
    #expect(rules(of: file, failure: "never asked") == nil)
  }
}
