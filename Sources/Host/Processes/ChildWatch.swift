import Glibc
import Synchronization

/// Ends the programs that we have started when we die without a chance to do it, as by `kill -9`.
///
/// A shell beside us waits for the end of a pipe that only we hold open. It is told of each group that
/// begins and ends, kills those that are left, and then whatever has our session's name in its
/// environment: that finds programs that have left their group as well.
enum ChildWatch {
  static let variable = "POWERCUT_SESSION"

  /// A name that no other process has, of the same length in each run, for it stands in the programs'
  /// memory.
  static let session: String = {
    let digits = String(UInt64(getpid()) << 40 ^ MonotonicClock.nanoseconds, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }()

  /// The end of the pipe that we write to; `nil` before the first program, -1 where there is no watch.
  private static let pipe = Mutex<Int32?>(nil)

  private static let script = """
    trap '' HUP INT TERM QUIT
    groups=' '
    while read -r what group; do
      case $what in
        +) groups="$groups$group " ;;
        -)
          # Nothing doubles where a group was never told of.
          case $groups in
            *" $group "*) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
          esac
          ;;
      esac
    done
    for group in $groups; do kill -9 -$group; done
    for attempt in 1 2 3; do
      left=$(grep -lszxF "$1" /proc/[0-9]*/environ)
      [ -n "$left" ] || exit 0
      for place in $left; do place=${place#/proc/}; kill -9 "${place%/environ}"; done
    done
    """

  static func began(_ group: pid_t) { tell("+ \(group)\n") }

  /// Begins to watch: programs that were not told of are found by the session's name.
  static func begin() { tell("") }

  static func ended(_ group: pid_t) { tell("- \(group)\n") }

  private static func tell(_ line: String) {
    pipe.withLock { pipe in
      let end = pipe ?? start()
      pipe = end
      guard end >= 0 else { return }
      if line.isEmpty { return }
      let bytes = Array(line.utf8)
      _ = SystemCall.retrying { unsafe write(end, bytes, bytes.count) }
    }
  }

  /// Starts the shell. Without one, what a `kill -9` leaves is the only thing that is lost.
  private static func start() -> Int32 {
    _ = SystemCall.ignoreBrokenPipes
    var ends: [Int32] = [-1, -1]
    guard GNUFunctions.pipe(&ends) == 0 else { return -1 }
    let nowhere = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { for end in [ends[0], nowhere] where end >= 0 { _ = close(end) } }
    let argv = ["/bin/sh", "-c", script, "powercut-watch", "\(variable)=\(session)"]
    let streams = [(ends[0], Int32(0)), (nowhere, 1), (nowhere, 2)]
    let isStarted =
      nowhere >= 0
      && (try? ChildProcess.spawn(
        argv, [:], nil, streams.map { (descriptor: $0.0, standard: $0.1) })) != nil
    if isStarted { return ends[1] }
    _ = close(ends[1])
    return -1
  }
}
