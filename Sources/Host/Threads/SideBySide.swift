/// One piece of work in several threads at once.
package enum SideBySide {
  /// Calls the body in so many threads, of which the calling one is the first, and returns when all have
  /// returned. Where the system has no more threads, fewer of them do the same in more time.
  package static func run(threadCount: Int, _ body: @escaping @Sendable () -> Void) {
    var threads: [Thread] = []
    for _ in 1..<max(threadCount, 1) {
      do throws(HostError) {
        threads.append(try Thread(body))
      } catch {
        break
      }
    }
    body()
    for thread in threads { thread.join() }
  }
}
