extension Word {
  /// Source: docs/results.md.
  static let outcomes = [
    Word(
      "passed", .outcome,
      """
      States were judged, there was something to hold against them, and everything that was asked \
      for was carried out, or the report says which share. Exit status 0, and only then.
      """),
    Word("failed", .outcome, "A rule is broken that was not named as known. Exit status 1."),
    Word(
      "incomplete", .outcome,
      """
      It could not be finished: a tier was refused, a program could not be asked, a recording \
      lacks something. What was judged until then is told, and nothing is said of the rest. Exit \
      status 2.
      """),
    Word(
      "nothing checked", .outcome,
      """
      There was nothing to judge: no entry, no state, or nothing that was promised. It is no \
      pass. Exit status 3.
      """),
    Word(
      "interrupted", .outcome,
      "A signal ended it, and nothing was broken until then. Exit status 130."),
  ]
}
