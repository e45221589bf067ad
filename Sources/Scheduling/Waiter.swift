/// A task that is suspended until it is let go.
///
/// An unchecked continuation: the checked one keeps a record of each suspension, which would be most
/// of the cost of a pick. Whoever holds a waiter resumes it exactly once.
@safe struct Waiter {
  private let continuation: UnsafeContinuation<Void, Never>

  /// Suspends the current task and hands its waiter to `keep`.
  static func suspend(_ keep: (Waiter) -> Void) async {
    await unsafe withUnsafeContinuation { unsafe keep(Waiter(continuation: $0)) }
  }

  func resume() {
    unsafe continuation.resume()
  }

  private init(continuation: UnsafeContinuation<Void, Never>) {
    unsafe self.continuation = continuation
  }
}
