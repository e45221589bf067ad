import Bytes

/// Where one of the two region tables stands.
///
/// Source: [MS-VHDX] 2.2.
package enum RegionTableSlot: Int, CaseIterable, Sendable {
  case first
  case second

  package var byteOffset: UInt64 { self == .first ? 192 << 10 : 256 << 10 }
}

/// Which table counts. Where both are valid and differ the specification is silent.
package enum RegionTableChoice: Sendable {
  /// The valid one; two valid ones must be the same.
  case refuseDiffering
  /// The first valid one.
  case firstValid
  /// The first one, valid or not; the second is not looked at.
  case firstOnly
}

/// Both region tables of an image.
///
/// Source: [MS-VHDX] 2.2.3; rules G01 and G09.
package struct RegionTablePair: Equatable, Sendable {
  /// Each table, or why there is no valid one in its slot.
  package var first: Result<RegionTable, FormatError>
  package var second: Result<RegionTable, FormatError>

  /// Reads both copies as they stand; nothing is refused yet.
  package init(reading file: any ImageFile) {
    first = Self.read(.first, from: file)
    second = Self.read(.second, from: file)
  }

  /// The table that counts.
  ///
  /// - Throws: ``FormatError`` where no copy is valid, or both are and differ.
  package func current(
    _ choice: RegionTableChoice = .refuseDiffering
  ) throws(FormatError) -> RegionTable {
    switch (first, second) {
    case (.failure(let error), .failure): throw error
    case (.success(let table), .failure): return table
    case (.failure(let error), .success(let table)):
      if choice == .firstOnly { throw error }
      return table
    case (.success(let one), .success(let two)):
      guard one == two || choice != .refuseDiffering else {
        throw FormatError(
          .wrongValue, breaking: .g09, field: "regionTable", at: RegionTableSlot.second.byteOffset,
          expected: "the entries of the first copy", found: "others",
          hint: "Both copies are valid; taking the first one is an option.")
      }
      return one
    }
  }

  private static func read(
    _ slot: RegionTableSlot, from file: any ImageFile
  ) -> Result<RegionTable, FormatError> {
    do throws(FormatError) {
      let range = ByteRange(
        byteOffset: slot.byteOffset, byteCount: UInt64(RegionTable.byteCount))
      return .success(
        try RegionTable(
          parsing: file.read("regionTable", in: range, breaking: .g01), at: slot.byteOffset))
    } catch {
      return .failure(error)
    }
  }
}
