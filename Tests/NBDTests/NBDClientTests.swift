import Bytes
import Host
import NBD
import Synchronization
import TestSupport
import Testing

/// Our client and real servers, our server and our client, and servers that are none.
@Suite(.serialized) struct NBDClientTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path("nbd.sock") }

  private func serving<Result>(
    _ export: any NBDExport, _ body: (BlockingNBDClient) throws -> Result
  ) throws -> Result {
    let server = try NBDServer(export, at: .unixSocket(path: path))
    defer { server.stop() }
    return try body(try BlockingNBDClient(at: path))
  }

  private func answers(_ client: BlockingNBDClient, _ count: Int) throws -> [UInt64: NBDAnswer] {
    var answers: [UInt64: NBDAnswer] = [:]
    for _ in 0..<count {
      let answer = try #require(try client.nextAnswer(within: .seconds(20)))
      #expect(answers[answer.handle] == nil)
      answers[answer.handle] = answer
    }
    return answers
  }

  /// Each command, many at once, on a server that is not ours.
  @Test func qemuNBDAnswersEachRequest() throws {
    let image = folder.path("disk.img")
    try shell(
      """
      truncate -s 16M '\(image)'
      qemu-nbd --fork --persistent -f raw -e 4 --cache=writeback --discard=unmap \
        --pid-file='\(folder.path("pid"))' -k '\(path)' '\(image)'
      """)
    defer { _ = try? shell("kill $(cat '\(folder.path("pid"))')") }
    let client = try BlockingNBDClient(at: path)
    #expect(client.export.byteCount == 16 << 20)
    #expect(client.export.canFlush && client.export.canFUA && client.export.canTrim)
    #expect(client.export.maximumBlockByteCount == 32 << 20)
    var handles: [UInt64] = []
    for place in 0..<64 {
      handles.append(
        try client.submit(
          .write(
            [UInt8](repeating: UInt8(place + 1), count: 65536), at: UInt64(place) * 65536,
            isFUA: place % 8 == 0)))
    }
    handles.append(
      try client.submit(.writeZeroes(ByteRange(byteOffset: 8 << 20, byteCount: 4096))))
    handles.append(try client.submit(.trim(ByteRange(byteOffset: 9 << 20, byteCount: 65536))))
    handles.append(try client.submit(.flush))
    let written = try answers(client, handles.count)
    #expect(written.keys.sorted() == handles)
    #expect(written.values.allSatisfy { $0.isSuccess })
    let read = try client.submit(.read(ByteRange(byteOffset: 65536 - 1, byteCount: 2)))
    #expect(try answers(client, 1)[read]?.bytes == [1, 2])
    let outside = try client.submit(.read(ByteRange(byteOffset: 16 << 20, byteCount: 512)))
    #expect(try answers(client, 1)[outside]?.errorNumber == 22)
    try client.disconnect()
    let bytes = try InputFile.bytes(image)
    for place in 0..<64 {
      #expect(bytes[place << 16..<(place + 1) << 16].allSatisfy { $0 == UInt8(place + 1) })
    }
  }

  @Test func anExportThatIsNotThereIsRefused() throws {
    let server = try NBDServer(
      MemoryExport(byteCount: 512), named: "disk", at: .unixSocket(path: path))
    defer { server.stop() }
    #expect(try BlockingNBDClient(at: path, exportName: "disk").export.byteCount == 512)
    #expect(throws: NBDClientError.refused("error 6")) {
      try BlockingNBDClient(at: path, exportName: "other")
    }
  }

  /// A request waits for nobody else, also on its own connection.
  @Test func requestsOfOneConnectionAreCarriedOutSideBySide() throws {
    let export = MeetingExport()
    try serving(export) { client in
      let first = try client.submit(.write([1], at: 0))
      #expect(try client.nextAnswer(within: .milliseconds(100)) == nil)
      let second = try client.submit(.read(ByteRange(byteOffset: 0, byteCount: 1)))
      let answers = try answers(client, 2)
      #expect(answers[first]?.isSuccess == true)
      #expect(answers[second]?.bytes == [1])
    }
  }

  @Test func whatAnExportCannotSettleIsAnErrorOfEachChange() throws {
    try serving(UnsettledExport()) { client in
      let write = try client.submit(.write([1], at: 0))
      let flush = try client.submit(.flush)
      let read = try client.submit(.read(ByteRange(byteOffset: 0, byteCount: 1)))
      let answers = try answers(client, 3)
      #expect(answers[write]?.errorNumber == 28)
      #expect(answers[flush]?.errorNumber == 28)
      #expect(answers[read]?.bytes == [0])
    }
  }

  /// 2,000 reads of 1 MiB are asked for, and nothing is read from the socket: the server neither takes
  /// them all nor keeps their data.
  @Test func aClientThatReadsNothingCostsLittle() throws {
    let export = MemoryExport(byteCount: 1 << 20)
    let server = try NBDServer(export, at: .unixSocket(path: path))
    defer { server.stop() }
    let script = """
      import socket, struct, sys, time
      s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
      s.recv(18, socket.MSG_WAITALL)
      s.sendall(struct.pack('>IQII', 3, 0x49484156454F5054, 1, 0))
      s.recv(10, socket.MSG_WAITALL)
      s.setblocking(False)
      try:
          for i in range(2000):
              s.sendall(struct.pack('>IHHQQI', 0x25609513, 0, 0, i, 0, 1 << 20))
      except BlockingIOError:
          pass
      time.sleep(1)
      """
    let outcome = try ChildProcess.run(
      argv: ["python3", "-c", script, path], timeLimit: .seconds(30))
    #expect(outcome.status == .exited(0), "\(outcome.errorText)")
    #expect((1...64).contains(export.calls.count), "\(export.calls.count) reads")
    let client = try BlockingNBDClient(at: path)
    let flush = try client.submit(.flush)
    #expect(try answers(client, 1)[flush]?.isSuccess == true)
  }

  @Test(arguments: [
    "b'garbage of sixteen bytes'", "b'NBDMAGICIHAVEOPT\\0\\3' + b'\\xff' * 4096", "b''",
    // An export of 4096 bytes, and then an answer to no request.
    """
    b'NBDMAGICIHAVEOPT\\0\\3' + bytes.fromhex('0003e889045565a9 00000007 00000003 0000000c') + \
    bytes.fromhex('0000 0000000000001000 0001') + bytes.fromhex('0003e889045565a9 00000007 00000001') + \
    bytes(4) + bytes.fromhex('67446698 00000000 00000000000000aa')
    """,
  ])
  func hostileServersAreAnError(bytes: String) throws {
    let error = try clientError(facing: "c.sendall(\(bytes)); c.shutdown(socket.SHUT_WR)")
    #expect(error != nil)
    #expect(error as? BlockingNBDClient.Failure != .timedOut)
  }

  /// What our client says of a server that does `conversation` in Python, with the connection `c`.
  private func clientError(facing conversation: String) throws -> (any Error)? {
    let script = """
      import socket, sys
      s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(1)
      c, _ = s.accept()
      \(conversation)
      c.settimeout(20)
      try:
          while c.recv(4096): pass
      except ConnectionError: pass
      """
    let path = self.path
    let found = Mutex<(any Error)?>(nil)
    try WorkerPool(jobCount: 2).run(
      indexCount: 2,
      work: { index in
        if index == 0 {
          let outcome = try? ChildProcess.run(
            argv: ["python3", "-c", script, path], timeLimit: .seconds(30))
          return outcome?.status == .exited(0)
        }
        _ = try? shell("for i in $(seq 200); do [ -S '\(path)' ] && break; sleep 0.05; done")
        do {
          let client = try BlockingNBDClient(at: path, within: .seconds(1))
          _ = try client.nextAnswer(within: .seconds(5))
        } catch {
          found.withLock { $0 = error }
        }
        return true
      },
      consume: { index, isGood in
        #expect(isGood, "\(index)")
        return true
      })
    return found.withLock { $0 }
  }
}

/// A write here ends when somebody reads.
private final class MeetingExport: NBDExport, Sendable {
  let byteCount: UInt64 = 1
  let isReadOnly = false
  private let hasRead = Atomic<Bool>(false)

  func read(_ range: ByteRange) throws(NBDError) -> [UInt8] {
    hasRead.store(true, ordering: .relaxed)
    return [1]
  }

  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool, from origin: NBDOrigin
  ) throws(NBDError) {
    let start = MonotonicClock.nanoseconds
    while !hasRead.load(ordering: .relaxed) {
      if MonotonicClock.nanoseconds - start > 20_000_000_000 { throw .inputOutput }
    }
  }

  func writeZeroes(
    _ range: ByteRange, isFUA: Bool, keepsSpace: Bool, from origin: NBDOrigin
  ) throws(NBDError) {}
  func trim(_ range: ByteRange, isFUA: Bool, from origin: NBDOrigin) throws(NBDError) {}
  func flush(from origin: NBDOrigin) throws(NBDError) {}
}

/// Takes everything and can keep nothing.
private struct UnsettledExport: NBDExport {
  let byteCount: UInt64 = 1
  let isReadOnly = false

  func read(_ range: ByteRange) throws(NBDError) -> [UInt8] { [0] }
  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool, from origin: NBDOrigin
  ) throws(NBDError) {}
  func writeZeroes(
    _ range: ByteRange, isFUA: Bool, keepsSpace: Bool, from origin: NBDOrigin
  ) throws(NBDError) {}
  func trim(_ range: ByteRange, isFUA: Bool, from origin: NBDOrigin) throws(NBDError) {}
  func flush(from origin: NBDOrigin) throws(NBDError) {}
  func prepareAnswers() throws(NBDError) { throw .noSpace }
}
