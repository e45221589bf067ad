import BlockDevice
import Bytes
import Glibc
import Testing

@testable import Programs
@testable import Recorder

@Suite struct FileFaultsTests {
  private static func operation(
    _ kind: HeldOperation.Kind, _ byteOffset: UInt64 = 0, _ byteCount: UInt64 = 512
  ) -> HeldOperation {
    HeldOperation(
      number: 1, task: 1, kind: kind, file: 1, path: "disk",
      range: kind == .sync ? nil : ByteRange(byteOffset: byteOffset, byteCount: byteCount))
  }

  @Test func withoutFaultsFlushesAreSaidToBeDone() {
    var faults = FileFaults(DeviceFaults())
    #expect(faults.turn(of: Self.operation(.write)) == .go)
    #expect(faults.turn(of: Self.operation(.sync)) == .done)
    #expect(!faults.haveStruck)
  }

  @Test func theNthOperationFails() {
    var device = DeviceFaults()
    device.errors = [1: .inputOutput, 2: .noSpace]
    var faults = FileFaults(device)
    #expect(faults.turn(of: Self.operation(.write)) == .go)
    #expect(!faults.haveStruck)
    #expect(faults.turn(of: Self.operation(.sync)) == .fail(EIO))
    #expect(faults.turn(of: Self.operation(.write)) == .fail(ENOSPC))
    #expect(faults.turn(of: Self.operation(.write)) == .go)
    #expect(faults.haveStruck)
  }

  @Test func halfOfAWriteIsWritten() {
    var device = DeviceFaults()
    device.shortWrites = [0, 1, 2, 3, 4]
    var faults = FileFaults(device)
    #expect(faults.turn(of: Self.operation(.write, 0, 4096)) == .short(byteCount: 2048))
    // No sector is torn: of three the first, of one and of less nothing.
    #expect(faults.turn(of: Self.operation(.write, 512, 1536)) == .short(byteCount: 512))
    #expect(faults.turn(of: Self.operation(.write, 0, 512)) == .go)
    #expect(faults.turn(of: Self.operation(.sync)) == .done)
    #expect(faults.turn(of: Self.operation(.write, 0, 1 << 40)) == .short(byteCount: 1 << 29))
    #expect(faults.turn(of: Self.operation(.write)) == .go)
    // The program is told, and goes on.
    #expect(!faults.haveStruck)
  }

  @Test func nothingGrowsBehindTheCapacity() {
    var device = DeviceFaults()
    device.capacityByteCount = 4096
    var faults = FileFaults(device)
    #expect(faults.turn(of: Self.operation(.write, 3584)) == .go)
    #expect(faults.turn(of: Self.operation(.write, 4096)) == .fail(ENOSPC))
    #expect(faults.turn(of: Self.operation(.allocate, 0, 8192)) == .fail(ENOSPC))
    #expect(faults.turn(of: Self.operation(.punch, 0, 8192)) == .go)
  }
}
