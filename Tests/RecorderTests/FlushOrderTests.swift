import Testing

@testable import Recorder

@Suite struct FlushOrderTests {
  @Test func withoutAFlushEachHasItsPlaceAtOnce() {
    var order = FlushOrder<String>()
    #expect(order.completed("a", at: 1) == ["a"])
    #expect(order.completed("b", at: 2) == ["b"])
  }

  @Test func whatCompletesDuringAFlushGoesBehindIt() {
    var order = FlushOrder<String>()
    order.flushBegins(at: 1)
    #expect(order.completed("late", at: 2) == [])
    let released = order.flushEnds(1)
    #expect(released.before == [])
    #expect(released.after == ["late"])
  }

  /// The first flush is slow; the second one was submitted after the write and covers it.
  @Test func aFlushThatCoversAHeldOperationComesBehindIt() {
    var order = FlushOrder<String>()
    order.flushBegins(at: 1)
    #expect(order.completed("a", at: 2) == [])
    order.flushBegins(at: 3)
    #expect(order.completed("b", at: 4) == [])
    let second = order.flushEnds(3)
    #expect(second.before == ["a"])
    #expect(second.after == [], "the first flush may still come before it")
    let first = order.flushEnds(1)
    #expect(first.before == [])
    #expect(first.after == ["b"])
  }

  @Test func aFailedFlushLetsGoWhatItHeld() {
    var order = FlushOrder<String>()
    order.flushBegins(at: 1)
    #expect(order.completed("a", at: 2) == [])
    #expect(order.flushFails(1) == ["a"])
    #expect(order.completed("b", at: 4) == ["b"])
  }
}
