import WriteLog

/// A real program that is run and recorded, with the format of what it writes to.
public enum ProgramStack: String, CaseIterable, Sendable {
  case qemuIORaw = "qemu-io-raw"
  case qemuIOVHDX = "qemu-io-vhdx"
  case qemuIOQCOW2 = "qemu-io-qcow2"
  case sqliteWALFull = "sqlite3-wal-full"
  case sqliteWALNormal = "sqlite3-wal-normal"
  case sqliteDeleteExtra = "sqlite3-delete-extra"
  case sqliteDeleteFull = "sqlite3-delete-full"
  case sqliteOff = "sqlite3-off"

  /// Whether its client types transactions: all its files are judged together, by what it makes of them.
  /// Such a program has no operations of a device, and no choices.
  public var isDatabase: Bool {
    switch self {
    case .qemuIORaw, .qemuIOVHDX, .qemuIOQCOW2: false
    case .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra, .sqliteDeleteFull, .sqliteOff: true
    }
  }

  /// What its file is judged as.
  public var image: StackName.Image {
    switch self {
    case .qemuIORaw: .raw
    case .qemuIOVHDX: .vhdx
    case .qemuIOQCOW2, .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra, .sqliteDeleteFull,
      .sqliteOff:
      .opaque
    }
  }

  /// What its images are opened with after a cut, and how its writer goes on with them. Bug switches have
  /// no part in it: the program has its own.
  public var profile: Profile {
    switch self {
    case .qemuIOVHDX: .qemuImage7222
    case .qemuIORaw, .qemuIOQCOW2, .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra,
      .sqliteDeleteFull, .sqliteOff:
      .qemuFile
    }
  }

  /// What is looked for on PATH where no other file is named.
  public var executableName: String {
    switch self {
    case .qemuIORaw, .qemuIOVHDX, .qemuIOQCOW2: "qemu-io"
    case .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra, .sqliteDeleteFull, .sqliteOff:
      "sqlite3"
    }
  }

  /// What a client can ask of it. None can be closed and opened again within a run.
  public var actions: [ClientMark.Action] {
    switch self {
    case .qemuIORaw, .qemuIOVHDX, .qemuIOQCOW2:
      [.read, .write, .writeZeroes, .discard, .flush, .resize]
    case .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra, .sqliteDeleteFull, .sqliteOff: []
    }
  }

  /// Those that have the program to themselves, so that only a client of one task can ask for them.
  public var exclusiveActions: [ClientMark.Action] {
    switch self {
    case .qemuIORaw, .qemuIOVHDX, .qemuIOQCOW2: [.resize]
    case .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra, .sqliteDeleteFull, .sqliteOff: []
    }
  }
}
