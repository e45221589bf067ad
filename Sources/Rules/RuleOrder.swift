extension Rule {
  /// The place in a report, from zero: the worst first, and of one severity causes before their
  /// consequences. Where one run breaks several rules, the first of them names the finding.
  package var reportOrder: Int {
    guard let place = Self.placeInReport[self] else {
      preconditionFailure("rule \(rawValue) is in its family's list")
    }
    return place
  }

  /// The place among causes and consequences, from zero, however bad they are: what a search for the
  /// culprit follows.
  package var causeOrder: Int { Self.placeAmongCauses[self] ?? Self.causesFirst.count }

  /// Causes before their consequences. A rule that is not here comes after those that are.
  private static let causesFirst: [Rule] = [
    .h01, .h03, .h05, .h06, .l01, .l03, .l11, .l02, .l06, .l09, .l10, .l05, .l13, .l12, .h12, .h10,
    .h11, .h02,
    .h13, .h14, .h16, .h17, .g09, .m13, .b09, .b10, .e01, .e02, .e03, .e05, .e06, .e07, .e08,
    .e09, .e10, .e11, .e04, .s01, .s08, .s07, .s06, .r10, .e12, .s03, .s04, .s09, .r01, .r03,
    .r04, .r05, .r06, .r07, .r08, .r09, .r11, .r12, .r02, .s05, .h15, .d08, .d09, .d05, .d04,
    .d07, .d06, .d01, .d02, .d03, .d11, .d10, .s02, .h04, .h07, .h08, .h09, .h18, .g01, .g02, .g03,
    .g04, .g05, .g06, .g07, .g08, .m01, .m02, .m03, .m04, .m05, .m06, .m07, .m08, .m09, .m10,
    .m11, .m12, .b01, .b02, .b03, .b04, .b05, .b06, .b07, .b08, .b11, .v05, .v04, .l07, .l04, .l08,
    .x04, .x02, .x03,
  ]

  private static let placeAmongCauses = Dictionary(
    uniqueKeysWithValues: causesFirst.enumerated().map { ($1, $0) })

  private static let placeInReport: [Rule: Int] = {
    let order = allCases.sorted { left, right in
      let ranks = [left, right].map { ($0.severity.rank, $0.causeOrder) }
      return ranks[0] == ranks[1] ? left < right : ranks[0] < ranks[1]
    }
    return Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
  }()
}
