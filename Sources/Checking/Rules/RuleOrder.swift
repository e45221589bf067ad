extension Rule {
  /// Causes before their consequences: where one run breaks several rules, the first of them in this
  /// order is the one to look at.
  public var explanationOrder: Int { Self.placeInExplanation[self] ?? Self.explained.count }

  private static let explained: [Rule] = [
    .h01, .h03, .h05, .h06, .l01, .l03, .l11, .l02, .l06, .l09, .l10, .l05, .l13, .l12, .h12, .h10,
    .h11, .h02,
    .h13, .h14, .h16, .h17, .g09, .m13, .b09, .b10, .e01, .e02, .e03, .e05, .e06, .e07, .e08,
    .e09, .e10, .e11, .e04, .s01, .s08, .s07, .s06, .r10, .e12, .s03, .s04, .s09, .r01, .r03,
    .r04, .r05, .r06, .r07, .r08, .r09, .r11, .r12, .r02, .s05, .h15, .d08, .d09, .d05, .d04,
    .d07, .d06, .d01, .d02, .d03, .d11, .d10, .s02, .h04, .h07, .h08, .h09, .h18, .g01, .g02, .g03,
    .g04, .g05, .g06, .g07, .g08, .m01, .m02, .m03, .m04, .m05, .m06, .m07, .m08, .m09, .m10,
    .m11, .m12, .b01, .b02, .b03, .b04, .b05, .b06, .b07, .b08, .b11, .l07, .l04, .l08,
    .x04, .x02, .x03,
  ]

  private static let placeInExplanation = Dictionary(
    uniqueKeysWithValues: explained.enumerated().map { ($1, $0) })
}
