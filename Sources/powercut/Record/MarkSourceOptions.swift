import ArgumentParser
import Recorder

/// Where marks come from, beside the file that the program appends them to.
struct MarkSourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Take marks from what the program prints: each line that the regular expression finds, by its groups \
      where it has some: '^committed ([0-9]+)'. Beside them, whatever is appended to $POWERCUT_MARKS is one.
      """, valueName: "pattern"),
    transform: { text in
      do { return try MarkPattern(text) } catch {
        throw ValidationError("--marks-from-stdout '\(text)' is no regular expression: \(error)")
      }
    })
  var marksFromStdout: MarkPattern?
}
