import Bytes
import Testing

@testable import CrashStates

/// Entries of a file of several that took effect out of their place.
@Suite struct JointInFlightTests {
  private typealias Timing = TestLog.Timing

  private static func sector(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 512) }

  /// Two writes to the same sector in flight together, another file between them; a write in flight beside a flush.
  ///
  ///     line 0      a: one            line 3      b: flush, in which line 4 was in flight
  ///     line 1      b: three          line 4      b: four, in another sector
  ///     line 2      a: two
  private func recording() throws -> Recording {
    var a = TestLog()
    a.write(at: 0, Self.sector(1), timing: Timing(2, 3))
    a.write(at: 0, Self.sector(2), timing: Timing(1, 5))
    var b = TestLog()
    b.write(at: 0, Self.sector(3), timing: Timing(1, 2))
    b.flush(timing: Timing(3, 6))
    b.write(at: 512, Self.sector(4), timing: Timing(4, 7))
    let base = [UInt8](repeating: 0, count: 1024)
    let text = String(decoding: base, as: UTF8.self)
    return try JointCase(
      base: "file 1 600 1024 a\nfile 2 600 1024 b\n",
      lines: "entry a 0\nentry b 0\nentry a 1\nentry b 1\nentry b 2\n",
      files: [
        JointCase.File(recording: "a", node: 1, base: text, log: a),
        JointCase.File(recording: "b", node: 2, base: text, log: b),
      ]
    ).recording()
  }

  private func contents(_ recording: Recording, _ text: String) throws -> [UInt8] {
    let state = try recording.state(parsing: text)
    return recording.files.indices.flatMap { file in
      let history = recording.files[file].history
      let own = recording.state(ofFile: file, in: state)
      return (0..<2).map { history.bytes(history.contents(ofUnit: $0, in: own))[0] }
    }
  }

  @Test func eachCutOfEachFileHasItsOwn() throws {
    let recording = try recording()
    let space = StateSpace(recording, tiers: [.inFlight], seed: 1)
    #expect(space.refusal(of: [.inFlight]) == nil)
    let states = StateEnumerator(space, tiers: [.inFlight]).map(\.state)
    #expect(
      states.map { recording.text(of: $0) } == [
        "cut:2 early:b:2@1", "cut:2 lost:b:0 early:b:2@1", "cut:3 early:a:1@0",
      ])
    for state in states {
      #expect(try recording.state(parsing: recording.text(of: state)) == state)
    }
    #expect(space.counts(of: [.inFlight]) == [3])
  }

  @Test func theStatesHoldWhatTheyHold() throws {
    let recording = try recording()
    #expect(try contents(recording, "cut:2 early:b:2@1") == [1, 0, 3, 4])
    #expect(try contents(recording, "cut:2 lost:b:0 early:b:2@1") == [1, 0, 0, 4])
    #expect(try contents(recording, "cut:3") == [2, 0, 3, 0])
    #expect(try contents(recording, "cut:3 early:a:1@0") == [1, 0, 3, 0])
    #expect(try contents(recording, "cut:3 lost:b:0 early:a:1@0") == [1, 0, 0, 0])
  }

  @Test(arguments: [
    "cut:2 early:b:2", "cut:2 early:2@1", "cut:2 early:c:2@1", "cut:2 early:b:0@0",
    "cut:3 early:b:0@0", "cut:2 early:b:2@1 early:b:2@1", "cut:2 early:b:9@1",
  ])
  func whatWasNotInFlightIsRefused(text: String) throws {
    let recording = try recording()
    #expect(throws: CrashStateError.self) { try recording.state(parsing: text) }
  }
}
