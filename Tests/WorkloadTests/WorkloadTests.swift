import Bytes
import Scheduling
import Testing
import Workload
import WriteLog

@Suite struct WorkloadTests {
  private static func workload(_ seed: UInt64, sector: UInt32 = 512) -> Workload {
    var specification = WorkloadSpecification()
    specification.sessionCount = 2
    specification.mix.append(.init(.resize, 2))
    return Workload(
      specification, seed: Seed(seed), deviceByteCount: 1 << 20, sectorByteCount: sector)
  }

  @Test func oneSeedGivesOneWorkload() {
    #expect(Self.workload(3) == Self.workload(3))
    #expect(Self.workload(3) != Self.workload(4))
  }

  @Test(arguments: [512, 4096, 8192] as [UInt32])
  func operationsAreWholeSectorsInsideOfTheDevice(sector: UInt32) {
    for seed in 0..<50 as Range<UInt64> {
      for operation in Self.workload(seed, sector: sector).operations {
        #expect(operation.range.byteOffset % UInt64(sector) == 0)
        #expect(operation.range.byteCount % UInt64(sector) == 0)
        #expect(operation.range.endByteOffset <= 1 << 20)
        #expect(
          operation.range.isEmpty == !(operation.action.hasRange || operation.action == .resize))
      }
    }
  }

  @Test func rangesOverlapAndStartOffTheBlocks() {
    let ranges = (0..<20 as Range<UInt64>).flatMap {
      Self.workload($0).operations.filter { $0.action == .write }.map(\.range)
    }
    #expect(ranges.contains { $0.byteOffset % 4096 != 0 })
    let firstRanges = Self.workload(1).operations.filter(\.action.hasRange).map(\.range)
    #expect(!firstRanges.isEmpty)
  }

  @Test func everyActionComesUp() {
    let actions = Set(
      (0..<20 as Range<UInt64>).flatMap { Self.workload($0).operations.map(\.action) })
    #expect(actions == Set(ClientMark.Action.allCases))
  }

  @Test func anExplicitListKeepsItsOrderInEachTask() {
    let operations = [
      ClientOperation(identifier: 1, task: 1, action: .flush),
      ClientOperation(identifier: 2, task: 0, action: .flush),
      ClientOperation(identifier: 3, task: 1, action: .flush),
    ]
    let workload = Workload(explicit: [operations])
    #expect(workload.sessions.count == 1)
    #expect(workload.sessions[0].tasks.map { $0.map(\.identifier) } == [[2], [1, 3]])
    #expect(workload.sessions[0].close.identifier == 4)
  }
}
