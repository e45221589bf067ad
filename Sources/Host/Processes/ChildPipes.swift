import Glibc

/// The three standard streams of a program that runs beside us.
///
/// Both outputs are read while the input is written, so that neither side waits for the other.
final class ChildPipes {
  private(set) var output: [UInt8] = []
  private(set) var errors: [UInt8] = []
  private var ours: [Int32] = [-1, -1, -1]
  private var theirs: [Int32] = [-1, -1, -1]

  private let keptByteCount: Int

  /// - Parameter keptByteCount: how much of the end of each output is kept.
  /// - Throws: ``HostError`` where there are no descriptors left.
  init(program: String, hasInput: Bool, keptByteCount: Int = .max) throws(HostError) {
    self.keptByteCount = keptByteCount
    for index in 0..<3 {
      if index == 0 && !hasInput {
        theirs[0] = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard theirs[0] >= 0 else { throw HostError("open", "/dev/null", errorNumber: errno) }
        continue
      }
      var ends: [Int32] = [-1, -1]
      guard GNUFunctions.pipe(&ends) == 0 else {
        throw HostError("make a pipe to", program, errorNumber: errno)
      }
      (ours[index], theirs[index]) = index == 0 ? (ends[1], ends[0]) : (ends[0], ends[1])
      _ = fcntl(ours[index], F_SETFL, fcntl(ours[index], F_GETFL) | O_NONBLOCK)
    }
  }

  deinit {
    closeChildEnds()
    for index in 0..<3 { close(&ours[index]) }
  }

  /// The program's ends, each with the number that it is to have there.
  var childEnds: [(descriptor: Int32, standard: Int32)] {
    (0..<3).map { (theirs[$0], Int32($0)) }
  }

  /// To be called once the program runs: its pipes end only when nobody else holds them open.
  func closeChildEnds() {
    for index in 0..<3 { close(&theirs[index]) }
  }

  /// Writes the input and reads both outputs until they end, the time is over, or the program has
  /// ended and what it wrote has been read.
  func exchange(input: [UInt8], with child: RunningChild) {
    var sentByteCount = 0
    if input.isEmpty { close(&ours[0]) }
    while ours[1] >= 0 || ours[2] >= 0 {
      // Asked before reading, so that what was written before the end is not missed.
      let isLast = child.killIfOver() || child.hasEnded
      send(input, &sentByteCount)
      let receivedByteCount = receive()
      if receivedByteCount == 0 {
        if isLast { break }
        // Behind the end of both there is nothing to wait for.
        if ours[1] >= 0 || ours[2] >= 0 { waitForEvents(endOf: child) }
      }
    }
    close(&ours[0])
    dropStart(of: &output)
    dropStart(of: &errors)
  }

  private func send(_ input: [UInt8], _ sentByteCount: inout Int) {
    guard ours[0] >= 0 else { return }
    let written = SystemCall.retrying {
      unsafe input.withUnsafeBytes { bytes in
        unsafe write(
          ours[0], bytes.baseAddress?.advanced(by: sentByteCount), input.count - sentByteCount)
      }
    }
    if written > 0 { sentByteCount += written }
    // A program may end, or close its input, without reading it all: no error of ours.
    if sentByteCount == input.count || (written < 0 && errno != EAGAIN) { close(&ours[0]) }
  }

  private func receive() -> Int {
    receive(1, into: &output) + receive(2, into: &errors)
  }

  private func receive(_ index: Int, into collected: inout [UInt8]) -> Int {
    guard ours[index] >= 0 else { return 0 }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let received = SystemCall.retrying { unsafe read(ours[index], &buffer, buffer.count) }
    if received > 0 {
      collected.append(contentsOf: buffer.prefix(received))
      // Not at every read, since dropping moves what is kept.
      if collected.count / 2 > keptByteCount { dropStart(of: &collected) }
    } else if received == 0 || errno != EAGAIN {
      close(&ours[index])
    }
    return max(received, 0)
  }

  private func dropStart(of collected: inout [UInt8]) {
    if collected.count > keptByteCount { collected.removeFirst(collected.count - keptByteCount) }
  }

  /// Sleeps until a stream is ready or the program ends. Not for ever: its end shows in no stream while
  /// something that it has started holds them open, and the time limit shows in none.
  private func waitForEvents(endOf child: RunningChild) {
    var events = (0..<3).map { index in
      pollfd(fd: ours[index], events: Int16(index == 0 ? POLLOUT : POLLIN), revents: 0)
    }
    events.append(pollfd(fd: child.endDescriptor, events: Int16(POLLIN), revents: 0))
    _ = unsafe poll(&events, 4, 20)
  }

  private func close(_ descriptor: inout Int32) {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }
}
