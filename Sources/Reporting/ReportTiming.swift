/// The only part of a report that differs between two runs with the same seed.
public struct ReportTiming: Sendable {
  public var elapsedNanoseconds: UInt64
  /// How many runs were carried out side by side.
  public var jobCount: Int

  public init(elapsedNanoseconds: UInt64, jobCount: Int) {
    self.elapsedNanoseconds = elapsedNanoseconds
    self.jobCount = jobCount
  }
}

extension ReportTiming {
  /// Of a report that is kept: it says nothing about the time that it took.
  public static let none = ReportTiming(elapsedNanoseconds: 0, jobCount: 1)
}
