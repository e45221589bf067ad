import Bytes
import Synchronization
import Testing

@Suite struct ByteRegionTests {
  @Test func loadsAreLittleEndianAtAnyAlignment() {
    let region = ByteRegion([0xff, 0x01, 0x02, 0x03, 0x04])
    #expect(region.byteCount == 5)
    #expect(region.load(at: 1, as: UInt32.self) == 0x0403_0201)
    #expect(region.load(at: 4, as: UInt8.self) == 4)
    #expect(region.load(at: 0, as: Int16.self) == 0x01ff)
  }

  @Test func bytesAreCopiedOut() {
    let region = ByteRegion([1, 2, 3, 4])
    #expect(region.bytes(in: 1..<3) == [2, 3])
    #expect(region.bytes(in: 4..<4) == [])
  }

  @Test(arguments: [0, 1, 7, 8, 9, 16, 31])
  func anyByteThatIsNotZeroIsSeen(byteIndex: Int) {
    var bytes = [UInt8](repeating: 0, count: 32)
    #expect(ByteRegion(bytes).isZero(in: 0..<32))
    bytes[byteIndex] = 1
    let region = ByteRegion(bytes)
    #expect(!region.isZero(in: 0..<32))
    #expect(region.isZero(in: 0..<byteIndex))
    #expect(region.isZero(in: byteIndex + 1..<32))
    #expect(!region.isZero(in: byteIndex..<byteIndex + 1))
  }

  @Test func memoryIsReleasedOnceAndPagesAreForgottenAsAsked() {
    let released = Mutex(0)
    let forgotten = Mutex<[Range<Int>]>([])
    do {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 8)
      let region = unsafe ByteRegion(
        unsafeMemory: UnsafeRawBufferPointer(memory),
        forget: { range in forgotten.withLock { $0.append(range) } },
        release: { memory in
          unsafe memory.deallocate()
          released.withLock { $0 += 1 }
        })
      region.forgetPages(in: 10..<20)
      #expect(released.withLock { $0 } == 0)
    }
    #expect(released.withLock { $0 } == 1)
    #expect(forgotten.withLock { $0 } == [10..<20])
  }

  @Test func aLoadAcrossTheEndTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = ByteRegion([1, 2, 3]).load(at: 0, as: UInt32.self)
    }
  }

  @Test func aLoadBeforeTheStartTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = ByteRegion([1, 2, 3]).load(at: -1, as: UInt8.self)
    }
  }

  @Test func aLoadInAnEmptyRegionTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = ByteRegion([]).load(at: 0, as: UInt8.self)
    }
  }

  @Test func rangesOutsideTrap() async {
    await #expect(processExitsWith: .failure) { _ = ByteRegion([1, 2]).bytes(in: 1..<3) }
    await #expect(processExitsWith: .failure) { _ = ByteRegion([1, 2]).isZero(in: 0..<3) }
    await #expect(processExitsWith: .failure) { ByteRegion([1, 2]).forgetPages(in: 0..<3) }
    await #expect(processExitsWith: .failure) {
      _ = Checksum.xxh3(ByteRegion([1, 2]), in: -1..<1)
    }
  }
}
