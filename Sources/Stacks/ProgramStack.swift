import WriteLog

/// A real program that is run and recorded, with the format of what it writes to.
public enum ProgramStack: String, CaseIterable, Sendable {
  case qemuIORaw = "qemu-io-raw"
  case qemuIOVHDX = "qemu-io-vhdx"
  case qemuIOQCOW2 = "qemu-io-qcow2"
  case nbdRaw = "nbd-raw"
  case nbdVHDX = "nbd-vhdx"
  case nbdQCOW2 = "nbd-qcow2"
  case sqliteWALFull = "sqlite3-wal-full"
  case sqliteWALNormal = "sqlite3-wal-normal"
  case sqliteDeleteExtra = "sqlite3-delete-extra"
  case sqliteDeleteFull = "sqlite3-delete-full"
  case sqliteOff = "sqlite3-off"

  /// Who asks a program for what it does.
  public enum Client: Sendable {
    /// Types commands into qemu-io.
    case qemuIO
    /// Sends requests to whatever exports the image over NBD.
    case nbd
    /// Types transactions: all files are judged together, by what the program makes of them. It has no
    /// operations of a device, and no choices.
    case database
  }

  public var client: Client {
    switch self {
    case .qemuIORaw, .qemuIOVHDX, .qemuIOQCOW2: .qemuIO
    case .nbdRaw, .nbdVHDX, .nbdQCOW2: .nbd
    case .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra, .sqliteDeleteFull, .sqliteOff:
      .database
    }
  }

  public var isDatabase: Bool { client == .database }

  /// What its file is judged as.
  public var image: StackName.Image {
    switch self {
    case .qemuIORaw, .nbdRaw: .raw
    case .qemuIOVHDX, .nbdVHDX: .vhdx
    case .qemuIOQCOW2, .nbdQCOW2, .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra,
      .sqliteDeleteFull, .sqliteOff:
      .opaque
    }
  }

  /// What its images are opened with after a cut, and how its writer goes on with them. Bug switches have
  /// no part in it: the program has its own.
  public var profile: Profile { image == .vhdx ? .qemuImage7222 : .qemuFile }

  /// What is looked for on PATH where no other file is named.
  public var executableName: String {
    switch client {
    case .qemuIO: "qemu-io"
    case .nbd: "qemu-nbd"
    case .database: "sqlite3"
    }
  }

  /// What a client can ask of it. None can be closed and opened again within a run.
  public var actions: [ClientMark.Action] {
    switch client {
    case .qemuIO: [.read, .write, .writeZeroes, .discard, .flush, .resize]
    case .nbd: [.read, .write, .writeZeroes, .discard, .flush]
    case .database: []
    }
  }

  /// Those that have the program to themselves, so that only a client of one task can ask for them.
  public var exclusiveActions: [ClientMark.Action] { client == .qemuIO ? [.resize] : [] }
}
