import Glibc

/// What a program has started and left running, in its group or out of it.
package struct RemainingProcess: Equatable, Sendable {
  package let processID: pid_t
  /// As the kernel has it: at most 15 bytes.
  package let name: String

  /// Looks for them.
  ///
  /// - Parameters:
  ///   - programs: those that have started them. Each is a child of ours, ended or not, that was not reaped yet.
  ///   - path: of a file that all of them have in their environment or in their memory.
  package static func all(startedBy programs: [pid_t], knowing path: String) -> [Self] {
    let firstStart = programs.compactMap { Status(of: $0)?.startTicks }.min() ?? 0
    return ((try? Folders.names(in: "/proc")) ?? []).compactMap { pid_t($0) }.sorted()
      .compactMap { processID in
        guard processID != getpid(), !programs.contains(processID),
          let status = Status(of: processID), status.isAlive, status.startTicks >= firstStart,
          programs.contains(status.group) || knows(path, processID)
        else { return nil }
        return Self(processID: processID, name: status.name)
      }
  }

  /// Whether it still runs. To be asked of one that was just found.
  package var isAlive: Bool { Status(of: processID)?.isAlive ?? false }

  /// To be called for one that was just found.
  package func kill() { _ = Glibc.kill(processID, SIGKILL) }

  private static func knows(_ path: String, _ processID: pid_t) -> Bool {
    if text("environ", of: processID).contains(path) { return true }
    // A program may have written over its environment, as those do that show what they are busy with. One of ours
    // that is about to become a program has our memory until then.
    return !isOurs(processID) && text("maps", of: processID).contains(path)
  }

  private static func isOurs(_ processID: pid_t) -> Bool {
    var own = stat()
    var other = stat()
    return unsafe stat("/proc/self/exe", &own) == 0
      && stat("/proc/\(processID)/exe", &other) == 0
      && own.st_dev == other.st_dev && own.st_ino == other.st_ino
  }

  private static func text(_ name: String, of processID: pid_t) -> String {
    (try? InputFile.text("/proc/\(processID)/\(name)")) ?? ""
  }

  /// `/proc/PID/stat`: `4711 (any name) S 1 4711 …`, and a name may have spaces and brackets.
  private struct Status {
    var name: String
    var isAlive: Bool
    var group: pid_t
    /// Since the machine was started.
    var startTicks: UInt64

    init?(of processID: pid_t) {
      guard let text = try? InputFile.text("/proc/\(processID)/stat"),
        let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close
      else { return nil }
      let fields = text[close...].dropFirst().split(separator: " ")
      guard fields.count > 19, let group = pid_t(fields[2]), let startTicks = UInt64(fields[19])
      else { return nil }
      name = String(text[open..<close].dropFirst())
      isAlive = !["Z", "X"].contains(fields[0])
      self.group = group
      self.startTicks = startTicks
    }
  }
}
