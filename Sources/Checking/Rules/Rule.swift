/// The rules that are judged, by their public identifiers. A report names nothing else.
///
/// The letter is the family: L the write log, D what the client was promised, and of a VHDX image H
/// the headers, G the regions, M the metadata, B the block table, E the log's entries, S their
/// sequences, R their recovery. X is what other programs say of the same disk.
public enum Rule: String, CaseIterable, Hashable, Comparable, Sendable {
  case l01 = "L01"
  case l02 = "L02"
  case l03 = "L03"
  case l04 = "L04"
  case l05 = "L05"
  case l06 = "L06"
  case l07 = "L07"
  case l08 = "L08"
  case l09 = "L09"
  case l10 = "L10"
  case l11 = "L11"
  case l12 = "L12"
  case l13 = "L13"

  case d01 = "D01"
  case d02 = "D02"
  case d03 = "D03"
  case d04 = "D04"
  case d05 = "D05"
  case d06 = "D06"
  case d07 = "D07"
  case d08 = "D08"
  case d09 = "D09"
  case d10 = "D10"
  case d11 = "D11"

  case h01 = "H01"
  case h02 = "H02"
  case h03 = "H03"
  case h04 = "H04"
  case h05 = "H05"
  case h06 = "H06"
  case h07 = "H07"
  case h08 = "H08"
  case h09 = "H09"
  case h10 = "H10"
  case h11 = "H11"
  case h12 = "H12"
  case h13 = "H13"
  case h14 = "H14"
  case h15 = "H15"
  case h16 = "H16"
  case h17 = "H17"
  case h18 = "H18"
  case g01 = "G01"
  case g02 = "G02"
  case g03 = "G03"
  case g04 = "G04"
  case g05 = "G05"
  case g06 = "G06"
  case g07 = "G07"
  case g08 = "G08"
  case g09 = "G09"
  case m01 = "M01"
  case m02 = "M02"
  case m03 = "M03"
  case m04 = "M04"
  case m05 = "M05"
  case m06 = "M06"
  case m07 = "M07"
  case m08 = "M08"
  case m09 = "M09"
  case m10 = "M10"
  case m11 = "M11"
  case m12 = "M12"
  case m13 = "M13"
  case b01 = "B01"
  case b02 = "B02"
  case b03 = "B03"
  case b04 = "B04"
  case b05 = "B05"
  case b06 = "B06"
  case b07 = "B07"
  case b08 = "B08"
  case b09 = "B09"
  case b10 = "B10"
  case b11 = "B11"

  case e01 = "E01"
  case e02 = "E02"
  case e03 = "E03"
  case e04 = "E04"
  case e05 = "E05"
  case e06 = "E06"
  case e07 = "E07"
  case e08 = "E08"
  case e09 = "E09"
  case e10 = "E10"
  case e11 = "E11"
  case e12 = "E12"
  case s01 = "S01"
  case s02 = "S02"
  case s03 = "S03"
  case s04 = "S04"
  case s05 = "S05"
  case s06 = "S06"
  case s07 = "S07"
  case s08 = "S08"
  case s09 = "S09"
  case r01 = "R01"
  case r02 = "R02"
  case r03 = "R03"
  case r04 = "R04"
  case r05 = "R05"
  case r06 = "R06"
  case r07 = "R07"
  case r08 = "R08"
  case r09 = "R09"
  case r10 = "R10"
  case r11 = "R11"
  case r12 = "R12"

  case x02 = "X02"
  case x03 = "X03"
  case x04 = "X04"

  /// What holds where the rule holds.
  public var promise: String { text.promise }

  /// What is wrong where the rule is broken.
  public var failure: String { text.failure }

  private var text: RuleText {
    guard let text = RuleText.all[self] else { preconditionFailure("rule \(rawValue) has a text") }
    return text
  }

  /// Whether the rule is a recommendation: what breaks it is told and fails nothing.
  public var isAdvice: Bool { self == .h09 || self == .h18 }

  /// The rules that any disk can be judged by, whatever it holds.
  public static let ofRawDisks = allCases.filter { rule in
    rule.rawValue.hasPrefix("L") || rule.rawValue.hasPrefix("D") && rule <= .d07 || rule == .d11
  }

  /// The rules that a recording of an image is judged by without any other program.
  public static let ofImages = allCases.filter { !$0.rawValue.hasPrefix("X") }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
