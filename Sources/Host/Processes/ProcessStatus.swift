import Glibc

/// What the kernel says of this process in /proc/self/status.
enum ProcessStatus {
  /// The text after `name:`, or `nil` where there is none.
  static func field(_ name: String) -> String? {
    guard let text = try? InputFile.text("/proc/self/status") else { return nil }
    let prefix = name + ":"
    for line in text.split(separator: "\n") where line.hasPrefix(prefix) {
      return String(line.dropFirst(prefix.count).drop { $0 == "\t" || $0 == " " })
    }
    return nil
  }
}

/// The processors that this process may use.
package enum Processors {
  /// At least 1; looked at once, since threads of ours that a run is led by have one for themselves for a while.
  package static let count: Int = {
    // The mask of this process, because taskset and cpusets take processors away from it.
    let mask = ProcessStatus.field("Cpus_allowed") ?? ""
    let count = mask.reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
    return max(1, count > 0 ? count : sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }()
}

/// How much memory this process has used.
package enum PeakMemory {
  /// The most that was resident at any one time, in bytes; `nil` where the kernel does not say.
  package static var bytes: UInt64? {
    // `VmHWM:	   12345 kB`
    guard let first = ProcessStatus.field("VmHWM")?.split(separator: " ").first else { return nil }
    return UInt64(first).map { $0 * 1024 }
  }
}
