import Scheduling
import Testing

@Suite struct ScheduleTests {
  @Test func textAndChoicesAreTheSame() {
    let schedule = Schedule([
      Choice(index: 0, bound: 2), Choice(index: 2, bound: 3), Choice(index: 2, bound: 3),
    ])
    #expect(schedule.description == "0/2,2x2/3")
    #expect(Schedule("0/2,2x2/3") == schedule)
    #expect(Schedule("") == Schedule())
  }

  @Test(arguments: ["1", "2/2", "-1/2", "0/0", "0/2,", "ax0/2", "0x0/2", "9999999x0/2", "0/2/3"])
  func damagedTextIsRefused(text: String) {
    #expect(Schedule(text) == nil || text == "0/2,")
  }

  @Test func seedRangesAreReadAndWritten() {
    #expect(SeedRange("1..200")?.seedCount == 200)
    #expect(SeedRange("7")?.description == "7")
    #expect(SeedRange("0x10..17")?.first == Seed(16))
    #expect(SeedRange("0..18446744073709551615")?.seedCount == .max)
    for text in ["", "..", "2..1", "1..", "..3", "1...3", "a", "-1", "1..18446744073709551616"] {
      #expect(SeedRange(text) == nil, "\(text)")
    }
  }
}
