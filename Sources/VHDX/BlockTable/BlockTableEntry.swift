import Bytes

/// What a payload block holds.
///
/// Of `undefined` and `unmapped` a reader may answer anything, and most answer zeroes; only `zero` promises
/// them. By the letter that holds for `notPresent`, too, which is what all blocks of a new disk are: there
/// every reader that is known answers zeroes, or what a parent has, and this is taken for a promise.
///
/// Source: [MS-VHDX] 2.5.1.1.
package enum PayloadState: UInt8, CaseIterable, Sendable {
  case notPresent = 0
  case undefined = 1
  case zero = 2
  case unmapped = 3
  case fullyPresent = 6
  /// Some sectors are here, the others in the parent: differencing disks only.
  case partiallyPresent = 7

  /// Whether the entry's offset is where the block's bytes are.
  package var hasBlock: Bool { self == .fullyPresent || self == .partiallyPresent }
  /// Whether a reader may answer anything at all.
  package var isUndefined: Bool { self == .undefined || self == .unmapped }
}

/// Whether a chunk has its bitmap.
///
/// Source: [MS-VHDX] 2.5.1.2.
package enum BitmapState: UInt8, CaseIterable, Sendable {
  case notPresent = 0
  case present = 6
}

/// One entry of the block allocation table.
///
///     bits  0 to  2  state
///     bits  3 to 19  reserved, zero
///     bits 20 to 63  fileOffsetMB: where the block stands, in MiB
///
/// Source: [MS-VHDX] 2.5.1; rules B02 to B05.
package struct BlockTableEntry: Hashable, Sendable {
  package static let byteCount = 8
  static let reservedBits: UInt64 = 0xf_fff8

  package var rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// - Precondition: a multiple of 1 MiB.
  package init(_ state: PayloadState, byteOffset: UInt64 = 0) {
    precondition(byteOffset % mebibyteByteCount == 0, "blocks are aligned to 1 MiB")
    rawValue = byteOffset | UInt64(state.rawValue)
  }

  package var stateBits: UInt8 { UInt8(rawValue & 7) }
  /// Where the block stands, where the state says that there is one.
  package var byteOffset: UInt64 { rawValue & ~0xf_ffff }
  package var isReservedZero: Bool { rawValue & Self.reservedBits == 0 }

  /// `nil` for the two states that are reserved.
  package var payloadState: PayloadState? { PayloadState(rawValue: stateBits) }
  /// `nil` for every state that a bitmap block cannot have.
  package var bitmapState: BitmapState? { BitmapState(rawValue: stateBits) }
}
