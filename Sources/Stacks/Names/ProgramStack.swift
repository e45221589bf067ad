import WriteLog

/// A real program that is run and recorded: who asks it for what, what it writes to, and what starts it.
///
/// Another program that exports images over NBD is one more row of ``all``.
package struct ProgramStack: Hashable, Sendable {
  /// Who asks a program for what it does.
  package enum Client: Hashable, Sendable {
    /// Types commands into qemu-io.
    case qemuIO
    /// Sends requests to whatever exports the image over NBD.
    case nbd(Connections)
    /// Asks a few lines of Python for one system call after the other.
    case python
    /// Types transactions: all files are judged together, by what the program makes of them. It has no
    /// operations of a device, and no choices.
    case database(SQLiteSetup)
    /// Nobody: a scenario says which commands are run, and which one judges the folder that they leave.
    case commands
  }

  /// How a client of several tasks reaches an export.
  package enum Connections: Hashable, Sendable {
    case one
    /// A flush on one is to cover what was answered on all.
    case perTask
  }

  /// What stands for a path in a command line.
  package enum Place: String, CaseIterable, Sendable {
    case image = "{image}"
    /// The unix socket on which the program is to listen.
    case socket = "{socket}"
    /// The log that the program's own logger writes.
    case log = "{log}"
  }

  /// What `--stack program:` names.
  package let name: String
  package let client: Client
  /// What its file is judged as.
  package let image: StackName.Image
  /// What starts it, as a shell takes it apart, with a ``Place`` where a path belongs. The first word is looked
  /// for on PATH where no other file is named. Of a database the program alone.
  package let command: String

  package init(_ name: String, _ client: Client, _ image: StackName.Image, _ command: String) {
    self.name = name
    self.client = client
    self.image = image
    self.command = command
  }

  /// `nil` where no row has this name.
  package init?(_ name: String) {
    guard let row = (Self.all + [.custom]).first(where: { $0.name == name }) else { return nil }
    self = row
  }

  /// Any program, by the commands of a scenario: the name alone says nothing that could be run.
  package static let custom = ProgramStack("custom", .commands, .files, "")
}

// MARK: The rows

extension ProgramStack {
  /// In the order in which they are listed.
  package static let all: [ProgramStack] = [
    ProgramStack("qemu-io-raw", .qemuIO, .raw, qemuIO(logged)),
    ProgramStack("qemu-io-vhdx", .qemuIO, .vhdx, qemuIO(file + ",driver=vhdx")),
    ProgramStack("qemu-io-qcow2", .qemuIO, .qcow2, qemuIO(file + ",driver=qcow2")),
    ProgramStack("nbd-raw", .nbd(.one), .raw, qemuNBD("raw")),
    ProgramStack("nbd-vhdx", .nbd(.one), .vhdx, qemuNBD("vhdx")),
    ProgramStack("nbd-qcow2", .nbd(.one), .qcow2, qemuNBD("qcow2")),
    ProgramStack("nbd-raw-multi", .nbd(.perTask), .raw, qemuNBD("raw", shared)),
    ProgramStack("nbd-vhdx-multi", .nbd(.perTask), .vhdx, qemuNBD("vhdx", shared)),
    ProgramStack("nbd-qcow2-multi", .nbd(.perTask), .qcow2, qemuNBD("qcow2", shared)),
    ProgramStack("python-raw", .python, .raw, "python3 -u -c '\(pythonScript)' {image}"),
    ProgramStack("sqlite3-wal-full", .database(.walFull), .files, "sqlite3"),
    ProgramStack("sqlite3-wal-normal", .database(.walNormal), .files, "sqlite3"),
    ProgramStack("sqlite3-delete-extra", .database(.deleteExtra), .files, "sqlite3"),
    ProgramStack("sqlite3-delete-full", .database(.deleteFull), .files, "sqlite3"),
    ProgramStack("sqlite3-off", .database(.off), .files, "sqlite3"),
  ]

  private static func qemuIO(_ image: String) -> String {
    "qemu-io -t writeback --image-opts \(image)"
  }

  private static let file = "file.driver=file,file.filename={image}"
  /// QEMU's own logger between the client and the file.
  private static let logged =
    "driver=blklogwrites,log.driver=file,log.filename={log},"
    + "file.file.driver=file,file.file.filename={image},file.driver=raw"

  private static func qemuNBD(_ format: String, _ more: String = "") -> String {
    "qemu-nbd --socket {socket} --format \(format) --cache writeback --discard unmap\(more) {image}"
  }

  /// The control: each operation by its own system call, and answered when that has returned. What is found
  /// here is a mistake of powercut, or of the machine.
  package static let pythonScript = """
    import errno, os, sys
    file = os.open(sys.argv[1], os.O_RDWR)
    def put(data, offset):
        while data:
            count = os.pwrite(file, data, offset)
            data, offset = data[count:], offset + count
    def do(action, offset, count, byte):
        if action == "read":
            return os.pread(file, count, offset).hex()
        if action in ("write", "write-zeroes"):
            put(bytes([byte]) * count, offset)
        else:
            os.fdatasync(file)
        return ""
    print("ready")
    for line in sys.stdin:
        words = line.split()
        action, _, fua = words[0].partition("+")
        if action == "close":
            break
        try:
            shown = do(action, *map(int, words[2:]))
            if fua:
                os.fdatasync(file)
            print("done", words[1], shown)
        except OSError as error:
            print("failed", words[1], errno.errorcode[error.errno])
    os.fdatasync(file)
    os.close(file)
    """

  /// Any number of clients: it then says that they may have several connections.
  private static let shared = " --shared 0"
}

// MARK: What follows from a row

extension ProgramStack {
  /// Whether what it keeps is a folder, judged as a whole, and no image of a disk.
  package var keepsFolder: Bool { image == .files }

  /// Whether all that its operations are comes from the commands of a scenario.
  package var isOfCommands: Bool { client == .commands }

  /// Whether the order of its operations is never the seed's.
  package var hasOwnOrder: Bool {
    if case .database = client { true } else { false }
  }

  /// Whether the program keeps a log of its own, which is judged, too.
  package var hasLogger: Bool { command.contains(Place.log.rawValue) }

  /// What its images are opened with after a cut, and how its writer goes on with them. Bug switches have
  /// no part in it: the program has its own.
  package var profile: Profile { image == .vhdx ? .qemuImage7222 : .qemuFile }

  /// What is looked for on PATH where no other file is named.
  package var executableName: String { String(command.prefix { $0 != " " }) }

  /// What a client can ask of it. None can be closed and opened again within a run.
  package var actions: [ClientMark.Action] {
    switch client {
    case .qemuIO: [.read, .write, .writeZeroes, .discard, .flush, .resize]
    case .nbd: [.read, .write, .writeZeroes, .discard, .flush]
    case .python: [.read, .write, .writeZeroes, .flush]
    case .database, .commands: []
    }
  }

  /// Whether it can be told only which byte to write, again and again.
  package var fillsWrites: Bool { client == .qemuIO || client == .python }

  /// Those that have the program to themselves, so that only a client of one task can ask for them.
  package var exclusiveActions: [ClientMark.Action] { client == .qemuIO ? [.resize] : [] }
}
