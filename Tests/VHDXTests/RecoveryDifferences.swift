import Checking
import Rules

/// Where the real program is not what the specification wants, counted by rule.
struct RecoveryDifferences {
  static let path = "docs/recovery-differences.md"

  private var imageCount = 0
  private var differingCount = 0
  private var dataWriteGUIDCount = 0
  private var recoveredCount = 0
  private var checkOnlyCount = 0
  private var rows: [Rule: (count: Int, seed: UInt64, title: String)] = [:]

  mutating func add(_ meeting: RecoveryMeeting) {
    imageCount += 1
    if !meeting.violations.isEmpty { differingCount += 1 }
    if meeting.changesDataWriteGUID { dataWriteGUIDCount += 1 }
    if meeting.theirAnswer == .recovers { recoveredCount += 1 }
    if meeting.opensForCheckOnly { checkOnlyCount += 1 }
    for violation in meeting.violations {
      let row = rows[violation.rule] ?? (0, meeting.seed, violation.title)
      rows[violation.rule] = (row.count + 1, row.seed, row.title)
    }
  }

  var page: String {
    """
    # Where QEMU 7.2.22 recovers otherwise than the specification

    `qemu-img check -r all` (Debian's 7.2.22) was given \(imageCount) made-up dirty images, and the
    judge of recoveries was given each file before and after. In \(differingCount) of them a rule is broken;
    one image can break several. Our recovery with the profile `qemu-7.2.22` does the same as the
    program on every one of them: it opens, refuses or goes on for ever, and leaves the same bytes from
    1 MiB on and the same length. DataWriteGuid changed in \(dataWriteGUIDCount) images.

    Two of QEMU's programs read the block table in two ways. qemu-io, as qemu-nbd and a guest do, opens no
    image with a fully present block that ends after the file or lies on a region or the log;
    `qemu-img check` looks at the table only once the image is open, and reports such a block. So there are
    two profiles: `qemu-7.2.22` opens as the first do, `qemu-7.2.22-check` as the second. Each image was
    given to qemu-io, too, as it was before: it opens all but \(checkOnlyCount) of those that the check opens,
    and we say the same of every one. \(recoveredCount) were recovered. Where the log's newest entry asks for
    a file that ends at a whole MiB, QEMU's replay does not make it that long (R06): a block that was to end
    there then costs the whole image.

    Most of the images are ones that no sound writer leaves: read the counts as what the generator makes
    often, not as what happens to a disk. A rule that is broken as a consequence of another one
    is counted too. Half of the clean images below are qemu-img's, the others ours; the logs have 1 to 32 MiB
    and lie anywhere in the file, or are said to lie where none can be; a quarter have broken or differing
    region tables, a third headers that a sound writer does not leave.

    | rule | images | for example | what happened there |
    |---|---|---|---|
    \(rows.sorted { $0.key < $1.key }.map { rule, row in
      "| \(rule.rawValue): \(rule.failure) | \(row.count) | seed \(row.seed) | \(row.title) |"
    }.joined(separator: "\n"))

    A test makes this table again with every run and compares (Tests/VHDXTests,
    RecoveryDifferentialTests; `POWERCUT_RECOVERY_PAGE=write` rewrites this page). `make differential
    SEEDS=1..3000` holds other images against QEMU, and the specification's recovery against a second and
    a third one.

    """
  }
}
