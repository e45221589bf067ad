import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import WriteLog

/// Going on with a log that is there: where, and which ones are refused. The logs are made by ``LogWriter``, and
/// damaged by hand.
@Suite struct LogAppendingTests {
  private final class Answer: @unchecked Sendable {
    var error: DeviceError?
  }

  /// Two writes of a sector each, at bytes 512 and 1536 of the log, a flush at 2560, and what was there before.
  private static func log(counting entryCount: UInt8) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xb5, count: 8192)
    var writer = LogWriter<Never>(sectorByteCount: 512, logIdentity: 7) { data, byteOffset in
      bytes.replaceSubrange(Int(byteOffset)..<Int(byteOffset) + data.count, with: data)
    }
    for sector in [3, 4] as [UInt64] {
      writer.appendWrite([UInt8](repeating: UInt8(sector), count: 512), at: sector * 512)
    }
    writer.appendFlush()
    writer.finish()
    bytes[16] = entryCount
    return bytes
  }

  /// Appends a flush to a log.
  ///
  /// - Returns: why not, and where what was written to the log went, without superblocks.
  private static func append(
    to bytes: [UInt8], sector: UInt32 = 512
  ) throws -> (error: DeviceError?, places: [UInt64]) {
    var contents = SparseBytes(byteCount: UInt64(bytes.count))
    contents.write(bytes, at: 0)
    let simulation = Simulation(strategy: RandomStrategy(seed: Seed(1)))
    let device = SimulatedDevice(contents: SparseBytes(byteCount: 65536), simulation: simulation)
    let log = SimulatedDevice(contents: contents, isGrowable: true, simulation: simulation)
    var options = WriteLogger.Options()
    options.sectorByteCount = sector
    let logger = WriteLogger(device: device, log: log, options: options, simulation: simulation)
    let answer = Answer()
    simulation.spawn(task: 0) {
      do throws(DeviceError) {
        try await logger.append()
        try await logger.flush()
      } catch {
        answer.error = error
      }
    }
    try simulation.run()
    let places = log.trace.filter { $0.action == .write && $0.range.byteOffset > 0 }
    return (answer.error, places.map(\.range.byteOffset))
  }

  @Test(arguments: [0, 1, 2, 3] as [UInt8])
  func whatIsProvenIsGoneOnWith(countedEntryCount: UInt8) throws {
    let (error, places) = try Self.append(to: Self.log(counting: countedEntryCount))
    #expect(error == nil)
    #expect(places == [3072])
  }

  /// The second write's header is there, and its data is what stood there before.
  @Test func anEntryWithoutItsDataIsOverwritten() throws {
    var log = Self.log(counting: 1)
    log.replaceSubrange(2048..<2560, with: [UInt8](repeating: 0xb5, count: 512))
    let (error, places) = try Self.append(to: log)
    #expect(error == nil)
    #expect(places == [1536])
  }

  @Test func aBrokenChainIsRefused() throws {
    var log = Self.log(counting: 3)
    log[1536 + 16] = 0xff
    let (error, places) = try Self.append(to: log)
    guard case .unusableLog(let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("entry 1"))
    #expect(places == [])
  }

  @Test(arguments: [1024, 4096] as [UInt32])
  func anotherSectorIsRefused(sector: UInt32) throws {
    let (error, places) = try Self.append(to: Self.log(counting: 3), sector: sector)
    #expect(
      error == .unusableLog("the log has sectors of 512 bytes, not \(sector)"))
    #expect(places == [])
  }
}
