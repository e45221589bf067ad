import WriteLog

/// A real program that is run and recorded, with the format of what it writes to.
package enum ProgramStack: String, CaseIterable, Sendable {
  case qemuIORaw = "qemu-io-raw"
  case qemuIOVHDX = "qemu-io-vhdx"
  case qemuIOQCOW2 = "qemu-io-qcow2"
  case nbdRaw = "nbd-raw"
  case nbdVHDX = "nbd-vhdx"
  case nbdQCOW2 = "nbd-qcow2"
  case nbdRawMulti = "nbd-raw-multi"
  case nbdVHDXMulti = "nbd-vhdx-multi"
  case nbdQCOW2Multi = "nbd-qcow2-multi"
  case sqliteWALFull = "sqlite3-wal-full"
  case sqliteWALNormal = "sqlite3-wal-normal"
  case sqliteDeleteExtra = "sqlite3-delete-extra"
  case sqliteDeleteFull = "sqlite3-delete-full"
  case sqliteOff = "sqlite3-off"

  /// Who asks a program for what it does.
  package enum Client: Sendable {
    /// Types commands into qemu-io.
    case qemuIO
    /// Sends requests to whatever exports the image over NBD.
    case nbd
    /// Types transactions: all files are judged together, by what the program makes of them. It has no
    /// operations of a device, and no choices.
    case database
  }

  package var client: Client {
    switch self {
    case .qemuIORaw, .qemuIOVHDX, .qemuIOQCOW2: .qemuIO
    case .nbdRaw, .nbdVHDX, .nbdQCOW2, .nbdRawMulti, .nbdVHDXMulti, .nbdQCOW2Multi: .nbd
    case .sqliteWALFull, .sqliteWALNormal, .sqliteDeleteExtra, .sqliteDeleteFull, .sqliteOff:
      .database
    }
  }

  package var isDatabase: Bool { client == .database }

  /// Whether each task of the client has a connection of its own, and a flush on one is to cover what was
  /// answered on all.
  package var hasConnectionPerTask: Bool {
    [.nbdRawMulti, .nbdVHDXMulti, .nbdQCOW2Multi].contains(self)
  }

  /// What its file is judged as.
  package var image: StackName.Image {
    switch self {
    case .qemuIORaw, .nbdRaw, .nbdRawMulti: .raw
    case .qemuIOVHDX, .nbdVHDX, .nbdVHDXMulti: .vhdx
    case .qemuIOQCOW2, .nbdQCOW2, .nbdQCOW2Multi, .sqliteWALFull, .sqliteWALNormal,
      .sqliteDeleteExtra,
      .sqliteDeleteFull, .sqliteOff:
      .opaque
    }
  }

  /// What its images are opened with after a cut, and how its writer goes on with them. Bug switches have
  /// no part in it: the program has its own.
  package var profile: Profile { image == .vhdx ? .qemuImage7222 : .qemuFile }

  /// What is looked for on PATH where no other file is named.
  package var executableName: String {
    switch client {
    case .qemuIO: "qemu-io"
    case .nbd: "qemu-nbd"
    case .database: "sqlite3"
    }
  }

  /// What a client can ask of it. None can be closed and opened again within a run.
  package var actions: [ClientMark.Action] {
    switch client {
    case .qemuIO: [.read, .write, .writeZeroes, .discard, .flush, .resize]
    case .nbd: [.read, .write, .writeZeroes, .discard, .flush]
    case .database: []
    }
  }

  /// Those that have the program to themselves, so that only a client of one task can ask for them.
  package var exclusiveActions: [ClientMark.Action] { client == .qemuIO ? [.resize] : [] }
}
