import Bytes
import Host
import TestSupport
import Testing

@Suite struct ByteCountTextTests {
  /// qemu-img says which of these it takes, and how many bytes they are.
  @Test(arguments: [
    "0", "1", "512b", "512B", "4096", "64k", "64K", "64m", "64M", "1G", "1g", "1T", "2t", "1.5G",
    "1.5M", "0.5K", "1.3K", "1.G", "1.25t", "3.1k", "7.999M", "64KB", "64MB", "64kb", "10s", "1e3",
    "-1", "1.5", "64Mi", "1_000", "inf", "nan", "x", "M", ".5M", "1..5M", "12 M",
  ])
  func sizesAreThoseOfTheRealProgram(text: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try Peer.qemuImage.attempt(["create", "-f", "raw", folder.path("disk"), text])
    let words = outcome.outputText.split(whereSeparator: \.isWhitespace)
    let size = words.first { $0.hasPrefix("size=") }.flatMap { UInt64($0.dropFirst(5)) }
    #expect(ByteCountText.parse(text) == size, "\(text): \(outcome.outputText)")
  }

  /// What we take besides, as our own texts are written.
  @Test(
    arguments: [
      ("64KiB", 64 << 10), ("64kib", 64 << 10), ("1MiB", 1 << 20), ("1.5GiB", 3 << 29),
      ("2TiB", 2 << 40),
      ("1P", 1 << 50), ("15E", 15 << 60),
    ] as [(String, UInt64)])
  func binaryUnitsHaveLongNamesToo(text: String, byteCount: UInt64) {
    #expect(ByteCountText.parse(text) == byteCount)
  }

  @Test(arguments: [
    "", "16E", "18446744073709551616", "17179869184G", "15.9999999999999999999E", "+5", " 5", "5 ",
    "٣", "0x10", "1.5b", "KiB", "1KiBB",
  ])
  func whatIsNoNumberOfBytesIsRefused(text: String) {
    #expect(ByteCountText.parse(text) == nil)
  }
}
