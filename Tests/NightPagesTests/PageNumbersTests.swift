import Testing

@testable import NightPages

@Suite struct PageNumbersTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1234, "-1,234"),
  ])
  func digitsAreGrouped(number: Int, text: String) {
    #expect(PageNumbers.grouped(number) == text)
  }

  @Test func aTimeOfALedgerIsADate() {
    #expect(PageNumbers.date("2026-11-30T22:00:05") == "2026-11-30 22:00 UTC")
    #expect(PageNumbers.date("yesterday") == "yesterday")
    #expect(PageNumbers.date("") == "")
  }

  @Test(
    arguments: [
      (0, 1_000_000_000, "–"), (10, 0, "–"), (1234, 1_000_000_000, "1,234"),
      (123, 10_000_000_000, "12.3"), (7, 100_000_000_000, "0.07"), (21, 10_000_000_000, "2.10"),
    ] as [(Int, UInt64, String)])
  func aRateIsInSeedsPerSecond(count: Int, nanoseconds: UInt64, text: String) {
    #expect(PageNumbers.rate(count, nanoseconds: nanoseconds) == text)
  }

  @Test func aDurationHasTheUnitsThatFit() {
    #expect(PageNumbers.duration(28_740_000_000_000) == "7 h 59 min")
    #expect(PageNumbers.duration(200_000_000_000) == "3 min 20 s")
    #expect(PageNumbers.duration(4_250_000_000) == "4.2 s")
  }
}
