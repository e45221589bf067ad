import Bytes
import Checking
import Testing
import VHDX
import VHDXJudges

/// The rules of a disk that has a parent: its locator, and the bitmaps of blocks that it holds in part. The
/// images are those of qemu-img, made differencing by hand.
@Suite struct ImageParentTests {
  private static let metadata = ImageJudgeTests.metadata
  private static let blockTable = ImageJudgeTests.blockTable
  private static let parentGUID = GUID(low: 7, high: 8)

  private static func differencing(size: String = "64M") throws -> MemoryImage {
    let image = try ImageCase.ofQEMU(size: size)
    image.write([2], at: metadata + 65540)
    return image
  }

  // MARK: M11 and M12

  /// The sixth row of the table, and an item of these pairs after the others, 4096 bytes into them.
  private static func addLocator(_ pairs: [(String, String)], to image: MemoryImage) {
    let texts = pairs.flatMap { [$0.0, $0.1] }.map { text in
      text.utf16.flatMap { ImageCase.littleEndian($0) }
    }
    var item: [UInt8] = [0xb7, 0xef, 0x4a, 0xb0, 0x9e, 0xd1, 0x81, 0x4a]
    item += [0xb7, 0x89, 0x25, 0xb8, 0xe9, 0x44, 0x59, 0x13]
    item += [0, 0, UInt8(pairs.count), 0]
    var byteOffset = 20 + 12 * pairs.count
    for place in stride(from: 0, to: texts.count, by: 2) {
      let (key, value) = (texts[place], texts[place + 1])
      item += ImageCase.littleEndian(UInt32(byteOffset))
      item += ImageCase.littleEndian(UInt32(byteOffset + key.count))
      item += ImageCase.littleEndian(UInt16(key.count))
      item += ImageCase.littleEndian(UInt16(value.count))
      byteOffset += key.count + value.count
    }
    item += texts.flatMap { $0 }
    image.write(item, at: metadata + 65536 + 4096)
    var row: [UInt8] = [0x2d, 0x5f, 0xd3, 0xa8, 0x0b, 0xb3, 0x4d, 0x45]
    row += [0xab, 0xf7, 0xd3, 0xd8, 0x48, 0x34, 0xab, 0x0c]
    row += ImageCase.littleEndian(UInt32(65536 + 4096))
    row += ImageCase.littleEndian(UInt32(item.count))
    // Required, and neither of the user nor of the virtual disk.
    row += [4, 0, 0, 0, 0, 0, 0, 0]
    image.write(row, at: metadata + 32 + 5 * 32)
    image.write([6], at: metadata + 10)
  }

  private static let pairs = [
    ("parent_linkage", "{\(parentGUID)}"), ("relative_path", "..\\parent.vhdx"),
  ]

  @Test func aLocatorBelongsToADiskWithAParent() throws {
    for hasParent in [true, false] {
      let image = hasParent ? try Self.differencing() : try ImageCase.ofQEMU()
      Self.addLocator(Self.pairs, to: image)
      let violations = ImageJudge().judge(image)
      #expect(violations.map(\.rule) == (hasParent ? [] : [.m11]))
      #expect(violations.allSatisfy { $0.title.contains("byte \(Self.metadata + 192)") })
    }
  }

  /// One of the two linkages names the parent as it is.
  @Test(arguments: [(7, nil, false), (9, nil, true), (9, 7, false), (9, 9, true)])
  func aLocatorThatNamesAnotherStateOfTheParentBreaksM12(
    linkage: UInt64, secondLinkage: UInt64?, isBroken: Bool
  ) throws {
    let image = try Self.differencing()
    var pairs = Self.pairs
    pairs[0].1 = "{\(GUID(low: linkage, high: 8))}"
    if let secondLinkage {
      pairs.append(("parent_linkage2", "{\(GUID(low: secondLinkage, high: 8))}"))
    }
    Self.addLocator(pairs, to: image)
    let options = ImageJudgeOptions(parentDataWriteGUID: Self.parentGUID)
    let violations = ImageJudge(options: options).judge(image)
    #expect(violations.map(\.rule) == (isBroken ? [.m12] : []))
  }

  // MARK: B07

  @Test func aPartialBlockWithoutItsBitmapIsTold() throws {
    let image = try Self.differencing()
    image.write([7, 0, 0x50], at: Self.blockTable + 8)
    // The image has no parent locator either.
    #expect(ImageCase.rules(ImageJudge().judge(image)) == [.b07, .m11])
    image.write([6, 0, 0x60], at: Self.blockTable + 4096 * 8)
    #expect(ImageCase.rules(ImageJudge().judge(image)) == [.m11])
  }

  /// Two partial blocks of each of two chunks: the bitmap of a chunk is missed once.
  @Test func theBitmapOfEachChunkIsMissedOnce() throws {
    let image = try Self.differencing(size: "5G")
    Self.addLocator(Self.pairs, to: image)
    // The bitmap of the first chunk stands after its 4096 blocks.
    for (entryIndex, mebibyte) in [(0, 0x40), (1, 0x50), (4097, 0x60), (4098, 0x70)] {
      image.write([7, 0, UInt8(mebibyte)], at: Self.blockTable + UInt64(entryIndex) * 8)
    }
    let violations = ImageJudge().judge(image)
    #expect(violations.map(\.rule) == [.b07, .b07])
    #expect(violations.first?.title.contains("byte \(Self.blockTable + 4096 * 8)") == true)
  }
}
