/// The numbers of the NBD protocol. All of them are sent with the high byte first.
///
/// Source: the NBD protocol, doc/proto.md of the NetworkBlockDevice project, "Values".
enum NBDMagic {
  /// "NBDMAGIC", the first eight bytes of a server.
  static let greeting: UInt64 = 0x4e42_444d_4147_4943
  /// "IHAVEOPT", before each option.
  static let option: UInt64 = 0x4948_4156_454f_5054
  static let optionReply: UInt64 = 0x0003_e889_0455_65a9
  static let request: UInt32 = 0x2560_9513
  static let simpleReply: UInt32 = 0x6744_6698
  static let structuredReply: UInt32 = 0x668e_33ef
}

/// What a client asks for before it reads and writes.
enum NBDOption: UInt32 {
  case exportName = 1
  case abort = 2
  case list = 3
  case startTLS = 5
  case info = 6
  case go = 7
  case structuredReply = 8
  case listMetaContext = 9
  case setMetaContext = 10
}

/// The kinds of a server's answer to an option.
enum NBDOptionReply: UInt32 {
  case acknowledged = 1
  case server = 2
  case info = 3
  case metaContext = 4
  case unsupported = 0x8000_0001
  case invalid = 0x8000_0003
  case unknownExport = 0x8000_0006
  case tooBig = 0x8000_0009
}

/// What a server tells about an export.
enum NBDInfo: UInt16 {
  case export = 0
  case name = 1
  case blockSize = 3
}

struct NBDHandshakeFlags: OptionSet {
  let rawValue: UInt32
  static let fixedNewstyle = NBDHandshakeFlags(rawValue: 1)
  static let noZeroes = NBDHandshakeFlags(rawValue: 2)
}

/// What an export can do.
struct NBDTransmissionFlags: OptionSet {
  let rawValue: UInt16
  static let hasFlags = NBDTransmissionFlags(rawValue: 1)
  static let readOnly = NBDTransmissionFlags(rawValue: 1 << 1)
  static let flush = NBDTransmissionFlags(rawValue: 1 << 2)
  static let fua = NBDTransmissionFlags(rawValue: 1 << 3)
  static let trim = NBDTransmissionFlags(rawValue: 1 << 5)
  static let writeZeroes = NBDTransmissionFlags(rawValue: 1 << 6)
  static let dontFragment = NBDTransmissionFlags(rawValue: 1 << 7)
  /// A flush on one connection covers what the others were answered.
  static let multipleConnections = NBDTransmissionFlags(rawValue: 1 << 8)
}

enum NBDCommand: UInt16, Sendable {
  case read = 0
  case write = 1
  case disconnect = 2
  case flush = 3
  case trim = 4
  case writeZeroes = 6
  case blockStatus = 7

  /// Whether it changes the disk's contents.
  var isChange: Bool { self == .write || self == .trim || self == .writeZeroes }
}

struct NBDCommandFlags: OptionSet, Sendable {
  let rawValue: UInt16
  static let fua = NBDCommandFlags(rawValue: 1)
  static let noHole = NBDCommandFlags(rawValue: 1 << 1)
  static let dontFragment = NBDCommandFlags(rawValue: 1 << 2)
  /// Of a block status: the first extent is enough.
  static let requestOne = NBDCommandFlags(rawValue: 1 << 3)
}

/// Why a request is refused.
package enum NBDError: UInt32, Error, Sendable {
  case notPermitted = 1
  case inputOutput = 5
  case noMemory = 12
  case invalid = 22
  case noSpace = 28
  case overflow = 75
  case notSupported = 95

  /// What a client shows to people.
  var text: String {
    switch self {
    case .notPermitted: "the export is read-only"
    case .inputOutput: "the disk's file or its recording could not be read or written"
    case .noMemory: "there is no memory for this"
    case .invalid: "no such request, or one that is not aligned or not inside of the disk"
    case .noSpace: "the disk or its recording has no room for this"
    case .overflow: "longer than the largest request"
    case .notSupported: "not supported"
    }
  }
}

/// The kinds of a structured reply's parts.
enum NBDChunk: UInt16 {
  case none = 0
  case offsetData = 1
  case offsetHole = 2
  case blockStatus = 5
  case error = 0x8001
  /// The last part of a reply.
  static let isDone: UInt16 = 1
}
