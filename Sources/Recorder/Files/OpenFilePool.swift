import Glibc

/// Files of which only the last used ones are open: a program may change more files than a process can have open.
final class OpenFilePool {
  private let maximumCount: Int
  private var opened: [PooledFile] = []
  private var useCount: UInt64 = 0

  /// Half of what the process can have open, and no more than 400.
  init() {
    var limits = rlimit()
    let isKnown = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0
    maximumCount = isKnown ? min(400, max(8, Int(clamping: limits.rlim_cur / 2))) : 400
  }

  fileprivate func note(_ file: PooledFile, isNew: Bool) {
    useCount += 1
    file.lastUse = useCount
    guard isNew else { return }
    if opened.count >= maximumCount,
      let oldest = opened.indices.min(by: { opened[$0].lastUse < opened[$1].lastUse })
    {
      opened[oldest].close()
      opened.remove(at: oldest)
    }
    opened.append(file)
  }

  fileprivate func forget(_ file: PooledFile) { opened.removeAll { $0 === file } }
}

/// A file for reading and writing, which has its name for as long as it is used.
final class PooledFile {
  let path: String
  private let pool: OpenFilePool
  /// -1 while it is closed.
  private var descriptor: Int32 = -1
  fileprivate var lastUse: UInt64 = 0

  /// - Parameters:
  ///   - flags: beside those of reading and writing, for the first time that it is opened.
  ///   - permissions: of a file that is made.
  ///   - hint: what to do where it cannot be opened.
  init(
    _ path: String, in pool: OpenFilePool, flags: Int32 = 0, permissions: mode_t = 0,
    hint: String = "Raise the limit of open files."
  ) throws(RecorderError) {
    self.path = path
    self.pool = pool
    try open(flags, permissions, hint)
  }

  deinit { close() }

  /// The descriptor, until another file of the pool is used.
  func use() throws(RecorderError) -> Int32 {
    if descriptor < 0 {
      try open(0, 0, "Raise the limit of open files.")
    } else {
      pool.note(self, isNew: false)
    }
    return descriptor
  }

  /// To be called in the end, by whoever has made it: the pool keeps what is open.
  func finish() {
    pool.forget(self)
    close()
  }

  private func open(_ flags: Int32, _ permissions: mode_t, _ hint: String) throws(RecorderError) {
    descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | flags, permissions)
    guard descriptor >= 0 else {
      throw RecorderError(
        flags & O_CREAT != 0 ? "make" : "open", path, found: String(errorNumber: errno), hint: hint)
    }
    pool.note(self, isNew: true)
  }

  fileprivate func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }
}
