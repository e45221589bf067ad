import Glibc

/// What every call into the kernel here has in common.
enum SystemCall {
  /// Calls again for as long as a signal interrupts the call.
  static func retrying<Outcome: SignedInteger>(_ call: () -> Outcome) -> Outcome {
    while true {
      let outcome = call()
      if outcome != -1 || errno != EINTR { return outcome }
    }
  }

  /// Writes all of `bytes` to a descriptor; `action` and `subject` are for the error.
  ///
  /// - Parameter byteOffset: where in the file, or `nil` to go on where the last write ended.
  @unsafe static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at byteOffset: UInt64? = nil,
    action: String = "write to", subject: String
  ) throws(HostError) {
    var doneByteCount = 0
    while doneByteCount < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[doneByteCount...])
      let written = retrying {
        if let byteOffset {
          return unsafe pwrite(
            descriptor, rest.baseAddress, rest.count, off_t(byteOffset) + off_t(doneByteCount))
        }
        return unsafe write(descriptor, rest.baseAddress, rest.count)
      }
      guard written > 0 else {
        throw HostError(action, subject, errorNumber: written == 0 ? ENOSPC : errno)
      }
      doneByteCount += written
    }
  }

  /// Makes a write to a pipe without a reader fail with EPIPE instead of ending the process.
  static let ignoreBrokenPipes: Void = {
    _ = signal(SIGPIPE, SIG_IGN)
  }()
}
