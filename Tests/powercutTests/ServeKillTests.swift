import Bytes
import Host
import NBD
import TestSupport
import Testing

/// The recording server killed under load: what a client was answered is in the recording.
@Suite(.serialized) struct ServeKillTests {
  private static let blockByteCount = 4096
  private static let blockCount = 4096
  private static let inFlightCount = 16

  @Test(arguments: [1, 40, 700, 3000])
  func everyAnsweredWriteIsRecorded(answerCount: Int) throws {
    let folder = try TemporaryFolder()
    let (image, output) = (folder.path("disk.img"), folder.path("out"))
    let socket = folder.path("s")
    try shell("truncate -s \(Self.blockCount * Self.blockByteCount) '\(image)'")
    let server = try StartedProcess(
      argv: [
        "sh", "-c",
        "exec \(BuiltProduct.path("powercut")) serve --image \(image) --record \(output) --socket \(socket) >/dev/null",
      ], environment: [:])
    defer { _ = server.end() }
    try shell("for i in $(seq 200); do [ -S '\(socket)' ] && break; sleep 0.05; done")

    let client = try BlockingNBDClient(at: socket)
    var blocks: [UInt64: Int] = [:]
    var answered: [Int] = []
    for block in 0..<Self.blockCount {
      let bytes = [UInt8](repeating: Self.contents(block), count: Self.blockByteCount)
      let request = NBDClientRequest.write(bytes, at: UInt64(block * Self.blockByteCount))
      guard let handle = try? client.submit(request) else { break }
      blocks[handle] = block
      if block < Self.inFlightCount { continue }
      guard let answer = try? client.nextAnswer(within: .seconds(20)) else { break }
      #expect(answer.isSuccess)
      answered.append(try #require(blocks[answer.handle]))
      if answered.count == answerCount { try shell("kill -KILL \(server.processID)") }
    }
    while let answer = try? client.nextAnswer(within: .seconds(20)) {
      answered.append(try #require(blocks[answer.handle]))
    }
    #expect(answered.count >= answerCount && answered.count < Self.blockCount)

    let replayed = folder.path("replayed.img")
    #expect(try ToolRun(["replay", output, "--output", replayed]).status == 0)
    let bytes = try InputFile.bytes(replayed)
    for block in answered {
      let start = block * Self.blockByteCount
      #expect(
        bytes[start..<start + Self.blockByteCount].allSatisfy { $0 == Self.contents(block) })
    }
    let check = try ToolRun(["check", output, "--states", "flushed-only"])
    #expect(check.status == 2, "\(check.result)")
    #expect(check.errors.contains("the recorder was killed"), "\(check.errors)")
  }

  /// Never zero, which is what the disk holds without the write.
  private static func contents(_ block: Int) -> UInt8 { UInt8(block % 251 + 1) }
}
