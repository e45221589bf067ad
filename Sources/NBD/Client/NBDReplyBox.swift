import NIOCore
import Synchronization

/// Takes replies of any thread to the connection's event loop, as many at once as there are by then.
final class NBDReplyBox: Sendable {
  private struct State {
    var replies: [NBDReply] = []
    var isScheduled = false
  }

  private let state = Mutex(State())
  private let eventLoop: any EventLoop
  private let deliver: @Sendable () -> Void

  /// - Parameter deliver: called on the event loop when there is something to ``take()``.
  init(_ eventLoop: any EventLoop, deliver: @escaping @Sendable () -> Void) {
    self.eventLoop = eventLoop
    self.deliver = deliver
  }

  func put(_ reply: NBDReply) {
    let isFirst = state.withLock { state in
      state.replies.append(reply)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if isFirst { eventLoop.execute(deliver) }
  }

  func take() -> [NBDReply] {
    state.withLock { state in
      state.isScheduled = false
      defer { state.replies = [] }
      return state.replies
    }
  }
}
