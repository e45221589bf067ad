import CrashStates

/// A crash state that is to be judged, with what only the order of the states tells of it. It can be looked at
/// in any thread then.
package struct StateTask: Sendable {
  package var state: CrashState
  /// Of a prefix: the cuts whose changes no prefix before it was judged by.
  var newCuts: ClosedRange<Int>?
  /// Whether no state before it had the same structures.
  var isNewStructure = true
  /// Where it comes from; `nil` of a prefix that is no state of a tier.
  var candidate: StateWalk.Candidate?

  package init(_ state: CrashState) {
    self.state = state
  }
}

/// What was found in one state, before what other states had is taken out.
package struct StateFindings: Sendable {
  package var violations: [Violation] = []
  /// What is wrong with the image's structures, whichever state had them before.
  var ofStructure: [Violation] = []
  var isToldByStructure = true
  /// Why it could not be judged, or only in part.
  var limit: String?
  /// What cutting its recovery off came to.
  var secondCrash: SecondCrashFindings?
}
