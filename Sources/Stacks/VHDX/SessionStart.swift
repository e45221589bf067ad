import BlockDevice
import Scheduling
import VHDX

/// Puts fresh GUIDs into both headers before the first change of a session; whoever wants to change
/// something meanwhile waits.
///
/// Source: [MS-VHDX] 2.2.2; rules H13 and H14.
final class SessionStart: @unchecked Sendable {
  private enum State {
    case notBegun
    case running
    case done
    case failed(DeviceError)
  }

  private let file: ImageBelow
  private let headers: HeaderWriter
  /// Whether what an earlier session left behind is made stable first.
  private let flushesFirst: Bool
  private let guids: GUIDSource
  private let changes: Signal
  private var state = State.notBegun

  init(
    file: ImageBelow, headers: HeaderWriter, flushesFirst: Bool, guids: GUIDSource,
    simulation: Simulation
  ) {
    self.file = file
    self.headers = headers
    self.flushesFirst = flushesFirst
    self.guids = guids
    changes = Signal(simulation)
  }

  /// Every change that a client can see goes through here first.
  func require() async throws(DeviceError) {
    while true {
      switch state {
      case .done: return
      case .failed(let error): throw error
      case .running: await changes.wait()
      case .notBegun: try await run()
      }
    }
  }

  private func run() async throws(DeviceError) {
    state = .running
    defer { changes.notifyAll() }
    do {
      // An earlier session may have ended on an error with a header that is not stable, and the one
      // that is written now is the other one (rule H12).
      if flushesFirst { try await file.flush() }
      try await headers.update(
        HeaderChange(
          fileWriteGUID: guids.draw(.fileWrite), dataWriteGUID: guids.draw(.dataWrite)))
      state = .done
    } catch {
      state = .failed(error)
      throw error
    }
  }
}
