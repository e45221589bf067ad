import Glibc

/// Looks at the threads of programs again and again. What the kernel says of a thread stays open between the looks.
final class TaskWatch {
  private var processes: [pid_t: WatchedProcess] = [:]

  /// - Parameter processIDs: of programs; one that has ended has no tasks.
  func look(at processIDs: [pid_t]) -> SleepingTasks {
    var look = SleepingTasks()
    for processID in processIDs { add(processID, to: &look) }
    for gone in processes.keys.filter({ !look.processIDs.contains($0) }) {
      processes[gone] = nil
    }
    return look
  }

  /// Whether nothing has run since a look that found all asleep: its threads, all of them and no others, sleep the same
  /// sleep. Programs are not looked for: one that was started meanwhile was started by a thread that ran.
  func isUnchanged(since look: SleepingTasks) -> Bool {
    var tasks: [SleepingTasks.Task] = []
    for processID in look.processIDs {
      guard let process = processes[processID] else { return false }
      process.appendTasks(to: &tasks)
    }
    return tasks == look.tasks
  }

  private func add(_ processID: pid_t, to look: inout SleepingTasks) {
    look.processIDs.append(processID)
    let process = processes[processID] ?? WatchedProcess(processID)
    processes[processID] = process
    process.appendTasks(to: &look.tasks)
    // After the threads: one that has just started a program is found running, or with its child.
    for child in process.children where !look.processIDs.contains(child) { add(child, to: &look) }
  }
}

/// The threads of one process, as the kernel has them.
@safe private final class WatchedProcess {
  private let processID: pid_t
  /// The folder of the threads; `nil` where there is no such process.
  private var folder: OpaquePointer?
  private var threads: [pid_t: WatchedThread] = [:]
  /// In the order of the last look.
  private var numbers: [pid_t] = []

  init(_ processID: pid_t) {
    self.processID = processID
    unsafe folder = opendir("/proc/\(processID)/task")
  }

  deinit { if let folder = unsafe folder { _ = unsafe closedir(folder) } }

  func appendTasks(to tasks: inout [SleepingTasks.Task]) {
    list()
    for number in numbers {
      let thread = threads[number] ?? WatchedThread(processID, number)
      threads[number] = thread
      guard let status = thread.status else {
        // It has ended; another one may get its number.
        threads[number] = nil
        continue
      }
      tasks.append(
        SleepingTasks.Task(
          identifier: number, isAsleep: status.isAsleep, canRun: status.canRun,
          switches: status.switches))
    }
  }

  /// What the threads of the last look have started.
  var children: [pid_t] { numbers.flatMap { threads[$0]?.children ?? [] } }

  private func list() {
    numbers.removeAll(keepingCapacity: true)
    readFolder()
    if !numbers.isEmpty { return }
    // A process has a thread: this one has ended, and another one may have its number by now.
    if let folder = unsafe folder { _ = unsafe closedir(folder) }
    unsafe folder = opendir("/proc/\(processID)/task")
    threads = [:]
    readFolder()
  }

  private func readFolder() {
    guard let folder = unsafe folder else { return }
    unsafe rewinddir(folder)
    while let entry = unsafe readdir(folder) {
      let number = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
        unsafe Self.number(name.prefix { $0 != 0 })
      }
      if let number { numbers.append(number) }
    }
    numbers.sort()
  }

  /// `nil` for what is no number.
  private static func number(_ name: some Sequence<UInt8>) -> pid_t? {
    var number: pid_t = 0
    for byte in name {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      number = number &* 10 &+ pid_t(byte - UInt8(ascii: "0"))
    }
    return number > 0 ? number : nil
  }
}

/// One thread.
private final class WatchedThread {
  private let statusFile: Int32
  private let childrenFile: Int32

  init(_ process: pid_t, _ thread: pid_t) {
    let folder = "/proc/\(process)/task/\(thread)"
    statusFile = unsafe open("\(folder)/status", O_RDONLY | O_CLOEXEC)
    childrenFile = unsafe open("\(folder)/children", O_RDONLY | O_CLOEXEC)
  }

  deinit { for file in [statusFile, childrenFile] where file >= 0 { _ = close(file) } }

  /// `nil` once it has ended.
  var status: ThreadStatus? {
    let bytes = Self.read(statusFile)
    return bytes.isEmpty ? nil : ThreadStatus(parsing: bytes[...])
  }

  /// The processes that it has started.
  var children: [pid_t] {
    Self.read(childrenFile).split(separator: UInt8(ascii: " ")).compactMap { word in
      pid_t(String(decoding: word, as: UTF8.self))
    }
  }

  /// All that stands in a file of the kernel's, which makes it anew for each read from its start.
  private static func read(_ file: Int32) -> [UInt8] {
    if file < 0 { return [] }
    var room = 4096
    while true {
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        unsafe count = max(0, pread(file, buffer.baseAddress, room, 0))
      }
      if bytes.count < room { return bytes }
      room *= 2
    }
  }
}
