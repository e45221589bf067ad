import Scheduling
import Testing

@Suite struct DeviceAccessTests {
  private static func access(
    _ kind: DeviceAccess.Kind, _ range: Range<UInt64>, device: Int = 0
  ) -> DeviceAccess {
    DeviceAccess(
      device: device, kind: kind, byteOffset: range.lowerBound, endByteOffset: range.upperBound)
  }

  private static let change = access(.change, 4096..<8192)

  @Test(arguments: [
    (access(.change, 8191..<9000), true), (access(.change, 8192..<9000), false),
    (access(.change, 0..<4096), false), (access(.change, 0..<4097), true),
    (access(.change, 5000..<5001), true), (access(.change, 0..<10_000), true),
    (access(.read, 5000..<5001), true), (access(.read, 8192..<9000), false),
    (access(.wholeDevice, 0..<0), true), (access(.wholeDevice, 0..<0, device: 1), false),
    (access(.change, 4096..<8192, device: 1), false),
  ])
  func aChangeRacesWith(other: DeviceAccess, isRace: Bool) {
    #expect(Self.change.races(with: other) == isRace)
    #expect(other.races(with: Self.change) == isRace)
  }

  @Test func readsDoNotRaceWithReadsButWithTheWholeDevice() {
    let read = Self.access(.read, 0..<512)
    #expect(!read.races(with: read))
    #expect(read.races(with: Self.access(.wholeDevice, 0..<0)))
  }

  @Test func whatIsNotKnownRacesWithEverything() {
    let unknown = PendingOperation(task: 0, point: 0)
    let known = PendingOperation(task: 1, point: 0, access: Self.access(.read, 0..<512))
    #expect(unknown.races(with: known))
    #expect(known.races(with: unknown))
    #expect(unknown.races(with: unknown))
    #expect(!known.races(with: known))
  }
}
