import Glibc

/// An operating system thread, outside of Swift's own pool: what runs on it may block.
@safe struct Thread {
  /// As much as the main thread has: recursion that works there works here.
  static let stackByteCount = 8 << 20

  private let handle: pthread_t

  /// Starts `body`, which inherits nobody's actor.
  ///
  /// - Throws: ``HostError`` where the system has no more threads.
  init(_ body: @escaping @Sendable () -> Void) throws(HostError) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, Self.stackByteCount)
    let start = unsafe Unmanaged.passRetained(Start(body))
    var handle = pthread_t()
    let errorNumber = unsafe pthread_create(
      &handle, &attributes,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
        }
        return nil
      }, start.toOpaque())
    guard errorNumber == 0 else {
      unsafe start.release()
      throw HostError("start", "a thread", errorNumber: errorNumber)
    }
    self.handle = handle
  }

  /// Waits until the body has returned.
  func join() {
    pthread_join(handle, nil)
  }

  private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }
}
