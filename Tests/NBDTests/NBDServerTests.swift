import Foundation
import Host
import NBD
import TestSupport
import Testing

/// Real clients, and some that are none.
@Suite(.serialized) struct NBDServerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path("nbd.sock") }
  private var uri: String { "nbd+unix:///?socket=\(path)" }

  private func serving<Result>(
    _ export: MemoryExport, _ body: () throws -> Result
  ) throws -> Result {
    let server = try FileModes.forOwnerOnly {
      try NBDServer(export, at: .unixSocket(path: path))
    }
    defer { server.stop() }
    return try body()
  }

  @Test func qemuReadsWhatIsThereAndWritesWhatItIsTold() throws {
    let export = MemoryExport(byteCount: 1 << 20)
    try serving(export) {
      let info = try Peer.qemuImage.attempt(["info", "--output=json", "-f", "raw", uri])
      #expect(info.outputText.contains("\"virtual-size\": 1048576"))
      let io = try Peer.qemuIO.attempt([
        "-f", "raw", "-t", "writeback", "-c", "read -P 0x02 512 512", "-c", "write -P 0xa5 4k 8k",
        "-c", "write -z 64k 4k", "-c", "write -f -P 0x11 128k 512", "-c", "discard 256k 4k", "-c",
        "flush", "-c", "read -P 0xa5 4k 8k", uri,
      ])
      #expect(io.status == .exited(0), "\(io.outputText) \(io.errorText)")
      #expect(!io.outputText.contains("verification failed"))
    }
    let bytes = export.bytes
    #expect(bytes[4096..<12288].allSatisfy { $0 == 0xa5 })
    #expect(bytes[(64 << 10)..<(68 << 10)].allSatisfy { $0 == 0 })
    #expect(bytes[128 << 10] == 0x11)
    #expect(bytes[512] == 2)
    #expect(export.calls.contains("write 131072 512 fua"))
    #expect(export.calls.contains("flush"))
    #expect(export.calls.contains { $0.hasPrefix("zeroes [65536, 69632)") })
  }

  @Test func aSocketIsForItsOwnerAlone() throws {
    try serving(MemoryExport(byteCount: 4096)) {
      #expect(FileModes.permissions(of: path) == 0o600)
    }
  }

  @Test func severalClientsShareTheDisk() throws {
    let export = MemoryExport(byteCount: 1 << 20)
    try serving(export) {
      let group = DispatchGroup()
      for client in 0..<4 {
        let uri = self.uri
        DispatchQueue.global().async(group: group) {
          _ = try? Peer.qemuIO.attempt([
            "-f", "raw", "-c", "write -P \(client + 100) \(client * 64)k 64k", uri,
          ])
        }
      }
      group.wait()
    }
    for client in 0..<4 {
      let part = export.bytes[(client * 64 << 10)..<((client + 1) * 64 << 10)]
      #expect(part.allSatisfy { $0 == UInt8(client + 100) })
    }
  }

  /// Each costs its own connection; who comes afterwards is served.
  @Test(arguments: [
    "GET / HTTP/1.1\\r\\n\\r\\n", "\\0\\0\\0\\3IHAVEOPT\\0\\0\\0\\7\\377\\377\\377\\377",
    "\\0\\0\\0\\3IHAVEOPT\\0\\0\\0\\1\\0\\0\\0\\0\\1\\2\\3\\4\\5\\6\\7\\10\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0",
    "\\0\\0\\0\\3",
  ])
  func hostileClientsAreDropped(text: String) throws {
    try serving(MemoryExport(byteCount: 1 << 20)) {
      let script = """
        import socket, sys
        s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
        s.sendall(sys.argv[2].encode().decode('unicode_escape').encode('latin-1'))
        s.shutdown(socket.SHUT_WR)
        s.settimeout(20)
        while s.recv(4096): pass
        """
      let outcome = try ChildProcess.run(
        argv: ["python3", "-c", script, path, text.replacingOccurrences(of: "\\\\", with: "\\")],
        timeLimit: .seconds(30))
      #expect(outcome.status == .exited(0), "\(outcome.errorText)")
      let after = try Peer.qemuIO.attempt(["-f", "raw", "-c", "read -P 0x01 0 512", uri])
      #expect(after.status == .exited(0))
    }
  }

  @Test func manyClientsThatOnlyConnectKeepNobodyOut() throws {
    try serving(MemoryExport(byteCount: 1 << 20)) {
      let script = """
        import socket, sys
        held = []
        for i in range(200):
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); held.append(s)
        for s in held: s.close()
        """
      let outcome = try ChildProcess.run(
        argv: ["python3", "-c", script, path], timeLimit: .seconds(30))
      #expect(outcome.status == .exited(0), "\(outcome.errorText)")
      let after = try Peer.qemuIO.attempt(["-f", "raw", "-c", "read -P 0x01 0 512", uri])
      #expect(after.status == .exited(0))
    }
  }

  @Test func loopbackIsServedToo() throws {
    let server = try NBDServer(MemoryExport(byteCount: 1 << 20), at: .loopback(port: 0))
    defer { server.stop() }
    let port = try #require(server.port)
    let read = try Peer.qemuIO.attempt([
      "-f", "raw", "-c", "read -P 0x01 0 512", "nbd://127.0.0.1:\(port)",
    ])
    #expect(read.status == .exited(0), "\(read.errorText)")
  }
}
