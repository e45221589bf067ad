/// The states of a cut in which files were written back one apart from the others: what a page cache does that
/// writes file by file, and what no small number of losses comes to.
extension CutStates {
  /// All of one file is lost, and nothing of the others; then the other way round. None where fewer than two
  /// files have something to lose: those states are `flushed-only` and `prefix`.
  func statesOfFiles() -> [CrashState] {
    var losses: [(file: Int, steps: [Int])] = []
    for step in optional {
      guard let file = space.recording.entry(ofStep: step)?.file else { continue }
      if losses.last?.file != file { losses.append((file, [])) }
      losses[losses.count - 1].steps.append(step)
    }
    if losses.count < 2 { return [] }
    let alone = losses.map { CrashState(cut: cut, lost: $0.steps) }
    // Of two files the one that is lost is the other that is not.
    if losses.count == 2 { return alone }
    return alone
      + losses.indices.map { kept in
        let lost = losses.indices.filter { $0 != kept }.flatMap { losses[$0].steps }
        return CrashState(cut: cut, lost: lost.sorted())
      }
  }
}
