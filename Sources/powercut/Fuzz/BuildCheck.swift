import Campaign
import Scheduling

/// The script in a finding's folder that says of another build whether it breaks the rule, with the exit status
/// that `git bisect run` takes: 0 it holds, 1 it is broken, 125 nobody could tell.
///
/// Another build makes other steps, so the recorded choices alone say little: what is asked is the minimized
/// run, whose turns fit builds that differ a little, the run as it was found, and the same operations with
/// other schedules.
struct BuildCheck {
  private let group: FindingGroup
  /// The words after the scenario but for the program's file.
  private let options: [String]

  init(_ group: FindingGroup, judgeWords: [String]) {
    self.group = group
    options = group.scenario.configuration.programWords(namesExecutable: false) + judgeWords
  }

  private var isOfProgram: Bool { group.scenario.configuration.stack.program != nil }

  var text: String {
    """
    #!/bin/sh
    # \(group.finding.rule.rawValue) of \(group.scenario.configuration.stack): \(group.finding.rule.failure).
    # Is it broken by another build? 0 it holds, 1 it is broken, 125 nobody could tell.
    #
    # The commit that broke it:
    #     git bisect start BAD GOOD
    #     git bisect run sh -c 'make || exit 125; \(usage())'
    # The commit that mended it:
    #     git bisect start --term-old broken --term-new mended MENDED BROKEN
    #     git bisect run sh -c 'make || exit 125; \(usage("--mended "))'
    #
    # POWERCUT: the tool's path, where it is not on PATH.
    holds=0 broken=1
    if [ "$1" = --mended ]; then holds=1 broken=0; shift; fi
    here=$(cd "$(dirname "$0")" && pwd) || exit 125
    \(tool)
    command -v "$powercut" >/dev/null || {
      echo "$0: there is no '$powercut': put its path into POWERCUT" >&2
      exit 125
    }
    isJudged=false
    ask() {
      answer=$("$powercut" replay-run "$@"\(optionsText) 2>&1)
      status=$?
      verdict=$(printf '%s\\n' "$answer" | grep -E '^(REPRODUCED|FIXED|DIVERGED)')
      case "$status $verdict" in
      "1 REPRODUCED"*) ;;
      2\\ DIVERGED*"is broken all the same"*) ;;
      [01]\\ FIXED*) isJudged=true; return ;;
      2\\ DIVERGED*) return ;;
      *) printf '%s\\n' "$answer" >&2; return ;;
      esac
      printf '%s\\n' "$verdict" >&2
      exit $broken
    }
    ask "$here/\(FindingFolder.scenarioName)" </dev/null
    ask "$here/\(FindingFolder.unshrunkName)" </dev/null
    # The same operations, with other schedules: the answer of other builds.
    isJudged=false
    ask - <<'END'
    \(search.text.trimmingLastBreak)
    END
    $isJudged && exit $holds
    echo "$0: \(group.finding.rule.rawValue) could not be judged" >&2
    exit 125

    """
  }

  private func usage(_ option: String = "") -> String {
    "FOLDER/check.sh " + option + (isOfProgram ? "./PROGRAM" : ".build/release/powercut")
  }

  /// What the script is given is what is bisected.
  private var tool: String {
    isOfProgram
      ? "powercut=${POWERCUT:-powercut}\nprogram=${1:-}" : "powercut=${1:-${POWERCUT:-powercut}}"
  }

  private var optionsText: String {
    let program = isOfProgram ? [#"${program:+--program "$program"}"#] : []
    return (options + program).map { " \($0)" }.joined()
  }

  private var search: Scenario { group.unshrunk.withOtherSchedules }
}

extension Scenario {
  private static let searchedSeedCount: UInt64 = 25

  /// The same operations with seeds of other schedules, for a build that makes other steps.
  var withOtherSchedules: Scenario {
    var search = self
    search.configuration.schedule = .usual
    let first = seeds.first
    search.seeds = SeedRange(
      first: first,
      last: Seed(first.rawValue + min(Self.searchedSeedCount - 1, .max - first.rawValue)))
    return search
  }
}

extension String {
  fileprivate var trimmingLastBreak: Substring { hasSuffix("\n") ? dropLast() : self[...] }
}
