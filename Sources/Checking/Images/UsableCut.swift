import CrashStates

/// From which cut on the disk holds an image: a log can begin before the image is created in it, and no
/// program can be blamed for refusing what is not there yet (as with rule D09).
package enum UsableCut {
  /// The first cut at which the image opens; 0 where it opens at none, so that all are judged.
  package static func first(in history: DiskHistory, format: any ImageFormat) -> Int {
    if format.isRaw { return 0 }
    let reader = format.reader(of: history, goesOn: false)
    return (0...history.entryCount).first { cut in
      let state = CrashState(cut: cut)
      return format.recognizes(StateImage(history, state)) && reader.read(state).map != nil
    } ?? 0
  }
}
