import Glibc
import Host
import TestSupport
import Testing

/// A socket beside a listener that another program has.
@Suite struct LocalConnectionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Takes one client, sends "hello", reads six bytes, sends them back and goes.
  private static let program = """
    import socket, sys
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen()
    print("listening", flush=True)
    client = listener.accept()[0]
    client.sendall(b"hello")
    sys.stdin.readline()
    client.sendall(client.recv(6, socket.MSG_WAITALL))
    """

  private func wait(_ condition: () -> Bool) {
    for _ in 0..<5_000 where !condition() { usleep(1_000) }
    #expect(condition())
  }

  private func waitForListener(_ dialogue: Dialogue) {
    var text = ""
    wait {
      text += dialogue.newText()
      return text.hasPrefix("listening")
    }
  }

  @Test func bytesGoBothWaysAndNothingWaits() throws {
    let path = folder.path("socket")
    let dialogue = try Dialogue(argv: [Peer.python.program, "-c", Self.program, path])
    defer { _ = dialogue.end() }
    waitForListener(dialogue)
    let connection = try #require(try LocalConnection(to: path))
    var bytes: [UInt8] = []
    wait {
      bytes += connection.newBytes()
      return bytes == Array("hello".utf8)
    }
    #expect(connection.newBytes().isEmpty)
    #expect(!connection.isClosed)

    #expect(connection.send(ArraySlice("abcdef".utf8)) == 6)
    #expect(!connection.isInputTaken)
    dialogue.type("")
    bytes = []
    wait {
      bytes += connection.newBytes()
      return bytes == Array("abcdef".utf8) && connection.isClosed
    }
    #expect(connection.isInputTaken)
    // Nobody is there to read it.
    #expect(connection.send([1, 2, 3]) == 3)
  }

  @Test func aFullSocketTakesLess() throws {
    let path = folder.path("socket")
    let dialogue = try Dialogue(argv: [Peer.python.program, "-c", Self.program, path])
    defer { _ = dialogue.end() }
    waitForListener(dialogue)
    let connection = try #require(try LocalConnection(to: path))
    let bytes = [UInt8](repeating: 7, count: 64 << 20)
    let count = connection.send(bytes[...])
    #expect(count > 0 && count < bytes.count)
    #expect(connection.send(bytes[count...]) == 0)
  }

  @Test func whereNobodyListensThereIsNoConnection() throws {
    #expect(try LocalConnection(to: folder.path("nothing")) == nil)
    let file = folder.path("file")
    try OutputFile.write("no socket", to: file)
    #expect(try LocalConnection(to: file) == nil)
  }

  @Test func aPathThatIsTooLongIsSaidSo() throws {
    let path = folder.path(String(repeating: "x", count: 120))
    let error = #expect(throws: HostError.self) { _ = try LocalConnection(to: path) }
    #expect(error?.description.contains("at most 107 bytes") == true)
  }
}
