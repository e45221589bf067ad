import Bytes

/// The items that a program must know.
///
/// Source: [MS-VHDX] 2.6.2.
package enum MetadataItem: Int, CaseIterable, Sendable {
  case fileParameters
  case virtualDiskByteCount
  case virtualDiskID
  case logicalSectorByteCount
  case physicalSectorByteCount
  case parentLocator

  package init?(id: GUID) {
    guard let item = Self.allCases.first(where: { $0.id == id }) else { return nil }
    self = item
  }

  package var id: GUID {
    switch self {
    case .fileParameters: GUID(low: 0x4d43_fa36_caa1_6737, high: 0x6be7_44aa_f033_b6b3)
    case .virtualDiskByteCount: GUID(low: 0x4876_cd1b_2fa5_4224, high: 0xb8f4_3bd8_be5d_11b2)
    case .virtualDiskID: GUID(low: 0x4523_b2e6_beca_12ab, high: 0x46c7_00e0_09c3_ef93)
    case .logicalSectorByteCount: GUID(low: 0x4709_a96f_8141_bf1d, high: 0x5fab_faa8_33f2_47ba)
    case .physicalSectorByteCount: GUID(low: 0x4471_445d_cda3_48c7, high: 0x56c5_5152_88e9_c99c)
    case .parentLocator: GUID(low: 0x454d_b30b_a8d3_5f2d, high: 0x0cab_3448_d8d3_f7ab)
    }
  }

  package var flags: MetadataEntry.Flags {
    switch self {
    case .fileParameters, .parentLocator: .required
    default: [.virtualDisk, .required]
    }
  }

  /// `nil` where it varies.
  package var byteCount: UInt32? {
    switch self {
    case .fileParameters, .virtualDiskByteCount: 8
    case .virtualDiskID: 16
    case .logicalSectorByteCount, .physicalSectorByteCount: 4
    case .parentLocator: nil
    }
  }

  /// The name that messages and listings use.
  package var name: String {
    switch self {
    case .fileParameters: "file parameters"
    case .virtualDiskByteCount: "virtual disk size"
    case .virtualDiskID: "virtual disk ID"
    case .logicalSectorByteCount: "logical sector size"
    case .physicalSectorByteCount: "physical sector size"
    case .parentLocator: "parent locator"
    }
  }
}
