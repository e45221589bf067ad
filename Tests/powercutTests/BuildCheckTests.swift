import Host
import TestSupport
import Testing

/// `check.sh` of a finding, as `git bisect run` uses it: over the builds of a program that lost its fdatasync
/// in one commit and got it back in another.
@Suite(.serialized) struct BuildCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The control's lines, changed by what the file `change` says.
  private static let program = """
    #!/usr/bin/python3
    import os, sys
    change = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "change")).read().strip()
    lines = [word.replace("os.fdatasync(file)", change) if change else word for word in sys.argv[1:]]
    os.execvp("python3", ["python3"] + lines)

    """

  /// Commits 1 to 8: broken by the fourth, mended by the seventh. The fifth cannot be built.
  private static let history = """
    git init -q repo && cd repo && git config user.email a@b.c && git config user.name A
    for n in 1 2 3 4 5 6 7 8; do
      cp ../program program; chmod +x program; echo "$n" > number; : > change
      case $n in 4|6) echo pass > change;; 5) echo pass > change; echo exit > program;; esac
      git add . && git commit -qm "commit $n" && git tag "c$n"
    done
    """

  @Test func theCommitThatBrokeItAndTheOneThatMendedItAreNamed() throws {
    try Peer(program: "git", package: "git").run(["--version"])
    try OutputFile.write(Self.program, to: folder.path("program"))
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'; { \(Self.history); } >&2 || exit
      git checkout -q c4
      powercut fuzz --stack program:python-raw --allow-exec --program "$PWD/program" --seeds 1..20 \
        --output ../out >&2
      cd ..; mv out/D0* finding; cd repo; git checkout -q c8
      git bisect start c6 c1 >&2
      git bisect run ../finding/check.sh ./program >&2
      git log -1 --format='broken by %s' refs/bisect/bad
      git bisect reset >&2
      git bisect start --term-old broken --term-new mended c8 c6 >&2
      git bisect run ../finding/check.sh --mended ./program >&2
      git log -1 --format='mended by %s' refs/bisect/mended
      """, build: .release)
    #expect(run.result == "broken by commit 4\nmended by commit 7\n", "\(run.errors)")
  }

  /// Whoever cannot tell says so: neither is a program that does not start a good build.
  @Test func whatCannotBeJudgedIsSkipped() throws {
    let finding = folder.path("finding")
    _ = try ToolRun(
      [
        "fuzz", "--stack", "program:qemu-io-vhdx", "--allow-exec", "--seeds", "1..60",
        "--output", finding,
      ], build: .release)
    let run = try ToolRun.line(
      """
      cd '\(finding)'/*-*
      ./check.sh; echo $?; ./check.sh --mended; echo $?
      ./check.sh /bin/false; echo $?; ./check.sh --mended ./no-such-file; echo $?
      POWERCUT=/no/such/tool ./check.sh; echo $?
      """, build: .release)
    #expect(run.result == "1\n0\n125\n125\n125\n", "\(run.errors)")
    #expect(run.errors.contains("put its path into POWERCUT"))
  }

  /// Of a simulated stack the tool is what has builds.
  @Test func aSimulatedStacksBuildIsTheTool() throws {
    let finding = folder.path("finding")
    _ = try ToolRun(
      [
        "fuzz", "--stack", "raw:exact", "--bug", "logger.unit-512", "--seeds", "1..60",
        "--output", finding,
      ], build: .release)
    let run = try ToolRun.line(
      "cd '\(finding)'/*-*; ./check.sh \"$(command -v powercut)\"; echo $?; ./check.sh /bin/true; echo $?",
      build: .release)
    #expect(run.result == "1\n125\n", "\(run.errors)")
  }
}
