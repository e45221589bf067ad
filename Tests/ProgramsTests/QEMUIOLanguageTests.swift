import Bytes
import Testing
import Workload

@testable import Programs

/// What qemu-io 7.2 writes, as it was read from the real program.
@Suite struct QEMUIOLanguageTests {
  private static func operation(
    _ identifier: UInt64, _ action: ClientOperation.Action, _ byteOffset: UInt64 = 0,
    _ byteCount: UInt64 = 0, isFUA: Bool = false
  ) -> ClientOperation {
    ClientOperation(
      identifier: identifier, task: 0, action: action,
      range: ByteRange(byteOffset: byteOffset, byteCount: byteCount), isFUA: isFUA)
  }

  @Test func operationsAreCommands() {
    let language = QEMUIOLanguage()
    #expect(
      language.line(for: Self.operation(7, .write, 4096, 512)) == "aio_write -P 7 4096 512")
    #expect(
      language.line(for: Self.operation(255, .write, 0, 512, isFUA: true))
        == "aio_write -f -P 255 0 512")
    #expect(language.line(for: Self.operation(1, .writeZeroes, 0, 1024)) == "aio_write -z 0 1024")
    #expect(language.line(for: Self.operation(1, .read, 512, 1024)) == "aio_read -v 512 1024")
    #expect(language.line(for: Self.operation(1, .discard, 0, 65536)) == "discard 0 65536")
    #expect(language.line(for: Self.operation(1, .flush)) == "flush")
    #expect(language.line(for: Self.operation(1, .resize, 0, 8192)) == "truncate 8192")
    #expect(language.line(for: Self.operation(1, .close)) == "quit")
  }

  @Test func aWriteIsAnsweredByItsRange() {
    var language = QEMUIOLanguage()
    #expect(!language.isReady)
    #expect(language.answers(in: "qemu-io> ").isEmpty)
    #expect(language.isReady)
    language.asked(Self.operation(1, .write, 0, 4096))
    #expect(!language.isReady)
    #expect(language.answers(in: "qemu-io> ").isEmpty)
    language.asked(Self.operation(2, .write, 8192, 4096))
    let text = """
      qemu-io> wrote 4096/4096 bytes at offset 8192
      4 KiB, 1 ops; 00.00 sec (1.564 MiB/sec and 400.3339 ops/sec)

      """
    #expect(language.answers(in: text) == [ClientAnswer(operation: 2)])
    #expect(language.isReady)
  }

  @Test func aLineMayComeInPieces() {
    var language = QEMUIOLanguage()
    _ = language.answers(in: "qemu-io> ")
    language.asked(Self.operation(1, .write, 0, 4096))
    #expect(language.answers(in: "qemu-io> wrote 4096/4096 by").isEmpty)
    #expect(language.answers(in: "tes at offset 0\n") == [ClientAnswer(operation: 1)])
  }

  /// 32 lines as `aio_read -v` shows them, the first of which may stand after the prompt.
  private static func dump(at byteOffset: Int, _ byte: String) -> String {
    (0..<32).map { line in
      let digits = String(byteOffset + 16 * line, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits + ":  "
        + String(repeating: byte + " ", count: 16) + " ..0: 12 ff 7a....\n"
    }.joined()
  }

  @Test func aReadIsNoAnswerToAWriteOfTheSameRange() {
    var language = QEMUIOLanguage()
    language.asked(Self.operation(1, .write, 0, 512))
    language.asked(Self.operation(2, .read, 0, 512))
    #expect(
      language.answers(in: Self.dump(at: 0, "3a") + "read 512/512 bytes at offset 0\n") == [
        ClientAnswer(operation: 2, bytes: [UInt8](repeating: 0x3a, count: 512))
      ])
  }

  @Test func aReadReturnsWhatItShowsRightBeforeItsEnd() {
    var language = QEMUIOLanguage()
    language.asked(Self.operation(1, .read, 512, 512))
    language.asked(Self.operation(2, .read, 1024, 512))
    language.asked(Self.operation(3, .write, 0, 512))
    let text =
      "qemu-io> " + Self.dump(at: 1024, "00")
      + "read 512/512 bytes at offset 1024\n512 bytes, 1 ops; 00.00 sec (20.1 MiB/sec)\n"
      + "wrote 512/512 bytes at offset 0\n" + Self.dump(at: 512, "ff")
      + "read 512/512 bytes at offset 512\n"
    // Cut anywhere, it says the same.
    for length in [0, 9, 60, 500, 2600, text.count] {
      var language = language
      let answers =
        language.answers(in: String(text.prefix(length)))
        + language.answers(in: String(text.dropFirst(length)))
      #expect(
        answers == [
          ClientAnswer(operation: 2, bytes: [UInt8](repeating: 0, count: 512)),
          ClientAnswer(operation: 3),
          ClientAnswer(operation: 1, bytes: [UInt8](repeating: 255, count: 512)),
        ])
    }
  }

  @Test func aReadThatFailsHasAnotherNameThanItsCommand() {
    var language = QEMUIOLanguage()
    language.asked(Self.operation(1, .read, 0, 512))
    #expect(
      language.answers(in: "readv failed: Input/output error\n")
        == [ClientAnswer(operation: 1, errorName: "EIO")])
  }

  @Test func aFlushHasEndedWithItsPrompt() {
    var language = QEMUIOLanguage()
    _ = language.answers(in: "qemu-io> ")
    language.asked(Self.operation(1, .flush))
    #expect(language.answers(in: "").isEmpty)
    #expect(language.answers(in: "qemu-io> ") == [ClientAnswer(operation: 1)])
  }

  @Test func aDiscardSaysWhetherItFailed() {
    var language = QEMUIOLanguage()
    _ = language.answers(in: "qemu-io> ")
    language.asked(Self.operation(1, .discard, 0, 65536))
    #expect(
      language.answers(in: "discard failed: Operation not supported\nqemu-io> ")
        == [ClientAnswer(operation: 1, errorName: "ENOTSUP")])
  }

  @Test func whichWriteHasFailedIsKnownWhenNoOtherIsLeft() {
    var language = QEMUIOLanguage()
    language.asked(Self.operation(1, .write, 0, 512))
    language.asked(Self.operation(2, .write, 512, 512))
    #expect(language.answers(in: "aio_write failed: No space left on device\n").isEmpty)
    #expect(
      language.answers(in: "wrote 512/512 bytes at offset 512\n") == [
        ClientAnswer(operation: 2), ClientAnswer(operation: 1, errorName: "ENOSPC"),
      ])
  }

  @Test func operationsOfOneRangeCannotBeToldApart() {
    let language = QEMUIOLanguage()
    let write = Self.operation(1, .write, 0, 512)
    #expect(language.isAlike(write, Self.operation(2, .writeZeroes, 0, 512)))
    #expect(!language.isAlike(write, Self.operation(2, .read, 0, 512)))
    #expect(!language.isAlike(write, Self.operation(2, .write, 0, 1024)))
    #expect(!language.isAlike(Self.operation(1, .flush), Self.operation(2, .flush)))
  }
}
