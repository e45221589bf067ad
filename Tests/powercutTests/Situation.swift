import Testing

/// One situation that a result has to be right about, as a row of docs/outcomes.md.
struct Situation: Sendable, CustomTestStringConvertible {
  /// As in JSON.
  enum Outcome: String {
    case passed
    case failed
    case incomplete
    case nothingChecked = "nothing checked"
    case interrupted

    var exitStatus: Int32 {
      switch self {
      case .passed: 0
      case .failed: 1
      case .incomplete: 2
      case .nothingChecked: 3
      case .interrupted: 130
      }
    }
  }

  var what: String
  var outcome: Outcome
  /// A line of bash without `powercut` and `--format`; the inputs are in the current folder.
  var line: String
  /// After how many seconds it is interrupted.
  var interruption: Double?

  init(_ what: String, _ outcome: Outcome, _ line: String, interruptedAfter: Double? = nil) {
    self.what = what
    self.outcome = outcome
    self.line = line
    interruption = interruptedAfter
  }

  var command: String { String(line.prefix { $0 != " " }) }

  var testDescription: String { "\(command): \(what)" }

  var row: String { "| `\(command)` | \(what) | \(outcome.rawValue) | \(outcome.exitStatus) |" }
}

extension Situation {
  static let all = checks + runs + campaigns + bisections + recoveries + again

  private static let raw = "--image-size 8192"
  private static let unlike = "--command 'cmp -s {image} wrong.img'"

  private static let checks = [
    Situation(
      "a log whose flushed sectors are in every state", .passed, "check flushed.log \(raw)"),
    Situation("a log without an entry", .nothingChecked, "check empty.log \(raw)"),
    Situation(
      "a log that counts none of its entries", .nothingChecked, "check count-zero.log \(raw)"),
    Situation(
      "a log without a flush, and nothing else to judge it by", .nothingChecked,
      "check unflushed.log \(raw)"),
    Situation(
      "the same with a command that accepts every state", .passed,
      "check unflushed.log \(raw) --command 'test -e {image}'"),
    Situation(
      "the same with the disk as the run left it", .passed,
      "check unflushed.log \(raw) --live right.img"),
    Situation(
      "a disk that is not what the log gives", .failed,
      "check unflushed.log \(raw) --live wrong.img"),
    Situation(
      "a command that refuses a state", .failed, "check flushed.log \(raw) \(unlike)"),
    Situation(
      "a command that cannot tell of any state, and no promise", .nothingChecked,
      "check unflushed.log \(raw) --command 'sh -c \"exit 125\" {image}'"),
    Situation(
      "a command that is not there", .incomplete,
      "check flushed.log \(raw) --command './absent {image}'"),
    Situation("a log that is not there", .incomplete, "check absent.log"),
    Situation("a file that is no log", .failed, "check garbage"),
    Situation("a log that counts more entries than it has", .failed, "check damaged.log \(raw)"),
    Situation(
      "tier all above its limit, beside a tier that holds", .incomplete,
      "check long.log --image-size 1M --states prefix,all"),
    Situation(
      "fewer states than there are, because --max-states says so", .passed,
      "check flushed.log \(raw) --states prefix --max-states 3"),
    Situation("a whole recording of a program", .passed, "check whole"),
    Situation("a recording that lacks what the program did unseen", .incomplete, "check gaps"),
    Situation(
      "the same, and a command refuses its states", .incomplete, "check gaps \(unlike)"),
    Situation("a recording whose recorder was killed", .incomplete, "check killed"),
    Situation(
      "the same, and a command refuses its states", .failed, "check killed \(unlike)"),
    Situation("a recording that was killed before it began", .nothingChecked, "check unbegun"),
    Situation("a VHDX image that opens", .passed, "check base.vhdx"),
    Situation("a VHDX image with a log to replay", .passed, "check dirty.vhdx"),
    Situation("a VHDX image with damaged metadata", .failed, "check damaged.vhdx"),
    Situation(
      "a signal", .interrupted, "check long.log --image-size 1M --states random:100000000",
      interruptedAfter: 0.7),
    Situation("several files, and no command to judge them", .incomplete, "check files"),
    Situation(
      "several files without a mark, and an oracle that asks for marks", .nothingChecked,
      "check unmarked --oracle same-as-some-mark"),
    Situation(
      "several files that are as they were at no mark, and an oracle for that", .failed,
      "check marked --oracle same-as-some-mark"),
    Situation(
      "the same up to the last mark", .passed,
      "check marked --oracle same-as-some-mark --to mark:one"),
  ]

  private static let runs = [
    Situation("a scenario that keeps every rule", .passed, "run pass.yaml"),
    Situation("a scenario that breaks a rule and should not", .failed, "run broken.yaml"),
    Situation("a scenario that breaks the rule that it is about", .passed, "run breaks.yaml"),
    Situation("a scenario that does not break it any more", .failed, "run unbroken.yaml"),
    Situation(
      "tier all above its limit, beside a tier that holds", .incomplete, "run above.yaml"),
    Situation("a file that is no scenario", .incomplete, "run unreadable.yaml"),
    Situation("the same beside a scenario that passes", .incomplete, "run mixed"),
    Situation("a file that is not there", .incomplete, "run absent-too.yaml"),
    Situation("a folder without scenarios", .nothingChecked, "run nothing"),
    Situation("programs that must not be started", .nothingChecked, "run programs"),
    Situation("the same beside a scenario that passes", .passed, "run beside"),
    Situation(
      "a program that is not there", .incomplete, "run absent.yaml --allow-exec"),
    Situation("a program that keeps its promises", .passed, "run programs --allow-exec"),
  ]

  private static let server = "--stack program:nbd-raw --seeds 1..2 --allow-exec --program"

  private static let campaigns = [
    Situation("seeds that keep every rule", .passed, "fuzz --stack raw:exact --seeds 1..3"),
    Situation(
      "a seed that breaks one", .failed,
      "fuzz --stack raw:exact --bug logger.count-early --seeds 1..3"),
    Situation(
      "a rule that is known and switched off", .passed,
      "fuzz --stack raw:exact --bug logger.count-early --seeds 1..3 --ignore L04"),
    Situation(
      "a server of which every request fails", .nothingChecked,
      "fuzz \(server) 'nbdkit --foreground --unix {socket} --filter=error file {image} error-rate=1'"
    ),
    Situation(
      "a server that is not there", .incomplete, "fuzz \(server) './absent {socket} {image}'"),
    Situation("a program without --allow-exec", .incomplete, "fuzz --stack program:qemu-io-raw"),
    Situation(
      "a shard without a seed", .nothingChecked,
      "fuzz --stack raw:exact --seeds 1..2 --shard 3/3"),
    Situation(
      "a folder for findings that cannot be made", .incomplete,
      "fuzz --stack raw:exact --seeds 1..3 --output /dev/full"),
    Situation(
      "a signal, nothing broken until then", .interrupted, "fuzz --stack raw:exact --duration 60s",
      interruptedAfter: 0.7),
    Situation(
      "a signal after a rule was broken", .failed,
      "fuzz --stack raw:exact --bug logger.count-early --keep-going --duration 60s",
      interruptedAfter: 1.5),
  ]

  private static let bisections = [
    Situation("every state keeps every rule", .passed, "bisect flushed.log \(raw)"),
    Situation("nothing was promised", .nothingChecked, "bisect unflushed.log \(raw)"),
    Situation(
      "a rule that needs what the log lacks", .nothingChecked,
      "bisect flushed.log \(raw) --rule L07"),
    Situation(
      "a write breaks what a command wants", .failed,
      "bisect flushed.log \(raw) --command 'cmp -s -n 512 -i 512:0 {image} /dev/zero'"),
    Situation(
      "a command refuses the first states only, before the disk is made", .failed,
      "bisect flushed.log \(raw) --states prefix --command 'cmp -s -n 512 {image} right.img'"),
    Situation(
      "a command passes over every state", .nothingChecked,
      "bisect flushed.log \(raw) --command 'sh -c \"exit 125\" {image}'"),
    Situation(
      "a command is not there", .incomplete,
      "bisect flushed.log \(raw) --command './absent {image}'"),
    Situation("a log is not there", .incomplete, "bisect absent.log"),
    Situation(
      "something fails in a recording that lacks what the program did", .incomplete,
      "bisect gaps --command 'cmp -s -n 512 -i 512:0 {image} /dev/zero'"),
    Situation(
      "a log with a damaged chain, whose first part holds", .failed, "bisect damaged.log \(raw)"),
    Situation(
      "a signal", .interrupted,
      "bisect long.log --image-size 1M --command 'sh -c \"sleep 0.3\" {image}'",
      interruptedAfter: 0.7),
  ]

  private static let recoveries = [
    Situation("an image whose log is empty", .passed, "recover base.vhdx --dry-run"),
    Situation("an image whose log can be replayed", .passed, "recover dirty.vhdx --dry-run"),
    Situation("an image whose log is lost", .failed, "recover lost-log.vhdx --dry-run"),
    Situation("an image with damaged metadata", .failed, "recover damaged.vhdx --dry-run"),
    Situation("a file that is no image", .incomplete, "recover garbage --dry-run"),
    Situation("an image that is not there", .incomplete, "recover absent.vhdx --dry-run"),
    Situation("a recording instead of an image", .incomplete, "recover whole --dry-run"),
  ]

  private static let again = [
    Situation("a run that breaks its rule again", .failed, "replay-run breaks.yaml"),
    Situation("a run that does not break it any more", .passed, "replay-run unbroken.yaml"),
    Situation("a scenario that expects nothing", .incomplete, "replay-run pass.yaml"),
    Situation("a token that is none", .incomplete, "replay-run pc1-nonsense"),
    Situation("a run that is made smaller", .failed, "shrink breaks.yaml"),
    Situation("a run that does not break its rule", .incomplete, "shrink unbroken.yaml"),
    Situation("a scenario that is not there", .incomplete, "shrink absent-too.yaml"),
  ]
}
