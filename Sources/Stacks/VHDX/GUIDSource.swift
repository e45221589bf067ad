import Bytes
import Scheduling

/// Draws the GUIDs of one session, each for a purpose of its own.
struct GUIDSource: Sendable {
  enum Purpose: UInt64 {
    case fileWrite = 1
    case dataWrite = 2
    case log = 3
    case recoveryFileWrite = 4
    case recoveryDataWrite = 5
  }

  /// Two sessions of one image have different ones.
  var identity: UInt64

  /// - Parameter ordinal: which of its purpose in this session, from zero.
  func draw(_ purpose: Purpose, _ ordinal: UInt64 = 0) -> GUID {
    var stream = RandomStream(Seed(identity), .configuration, purpose.rawValue, ordinal)
    let low = stream.next()
    // A GUID of zero would mean an empty log.
    return GUID(low: low == 0 ? 1 : low, high: stream.next())
  }
}
