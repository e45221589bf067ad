import Glibc
import Host

/// What all threads of a program and of the programs it has started are doing, at one look.
///
/// Quiescence is a proof and no guess: when two looks in a row find the same threads, all asleep, and
/// none of them has given up or lost a processor in between, then nothing ran between the looks, and
/// nothing will before somebody wakes one of them. A timer can: a program that works by the clock alone
/// is seen as resting.
struct SleepingTasks: Equatable {
  private struct Task: Equatable {
    var identifier: String
    var isAsleep: Bool
    /// Running, or waiting for a processor.
    var canRun: Bool
    /// How often the thread has left a processor, by itself or not.
    var switches: [Substring]
  }

  private var tasks: [Task] = []
  /// Of the program, and of what it has started.
  private(set) var processIDs: [pid_t] = []

  /// - Parameter processID: of the program; one that has ended has no tasks.
  init(of processID: pid_t) {
    self.init(of: [processID])
  }

  /// The same of several programs.
  init(of processIDs: [pid_t]) {
    for processID in processIDs { add(processID) }
  }

  /// Whether no thread could run at this look.
  var areAllAsleep: Bool { tasks.allSatisfy(\.isAsleep) }

  /// Whether any thread was running at this look, or waited for a processor.
  var canRun: Bool { tasks.contains(where: \.canRun) }

  private mutating func add(_ process: pid_t) {
    processIDs.append(process)
    let folder = "/proc/\(process)/task"
    guard let threads = try? Folders.names(in: folder) else { return }
    for thread in threads {
      guard let text = try? InputFile.text("\(folder)/\(thread)/status") else { continue }
      tasks.append(Self.task(thread, text))
    }
    // After the threads: one that has just started a program is found running, or with its child.
    for thread in threads {
      let children = (try? InputFile.text("\(folder)/\(thread)/children")) ?? ""
      for child in children.split(separator: " ") { pid_t(child).map { add($0) } }
    }
  }

  private static func task(_ identifier: String, _ status: String) -> Task {
    var task = Task(identifier: identifier, isAsleep: false, canRun: false, switches: [])
    for line in status.split(separator: "\n") {
      if line.hasPrefix("State:") {
        let state = line.dropFirst("State:".count).first { $0 != "\t" && $0 != " " }
        // Interruptible sleep, or ended. Waiting for a disk (D) ends by itself.
        task.isAsleep = state.map { "SZX".contains($0) } ?? false
        task.canRun = state == "R"
      } else if line.contains("ctxt_switches:") {
        task.switches.append(line)
      }
    }
    return task
  }
}
