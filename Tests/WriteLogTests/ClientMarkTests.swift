import Bytes
import Testing

@testable import WriteLog

struct ClientMarkTests {
  static let good: [(String, ClientMark)] = [
    ("pc1 size 9437184", .size(byteCount: 9_437_184)),
    ("pc1 size 18446744073709551615", .size(byteCount: .max)),
    ("pc1 recovered", .recovered),
    ("pc1 end 17 ok", .end(operation: 17, errorName: nil)),
    ("pc1 end 17 EIO", .end(operation: 17, errorName: "EIO")),
    (
      "pc1 begin 17 write 8192 4096 93d1000000000abc",
      .begin(
        operation: 17, action: .write, range: ByteRange(byteOffset: 8192, byteCount: 4096),
        contents: 0x93d1_0000_0000_0abc, isFUA: false)
    ),
    (
      "pc1 begin 18 write 0 512 0000000000000001 fua",
      .begin(
        operation: 18, action: .write, range: ByteRange(byteOffset: 0, byteCount: 512),
        contents: 1, isFUA: true)
    ),
    (
      "pc1 begin 3 write-zeroes 512 512",
      .begin(
        operation: 3, action: .writeZeroes, range: ByteRange(byteOffset: 512, byteCount: 512),
        contents: 0, isFUA: false)
    ),
    (
      "pc1 begin 4 discard 512 512",
      .begin(
        operation: 4, action: .discard, range: ByteRange(byteOffset: 512, byteCount: 512),
        contents: 0, isFUA: false)
    ),
    (
      "pc1 begin 5 read 512 512",
      .begin(
        operation: 5, action: .read, range: ByteRange(byteOffset: 512, byteCount: 512),
        contents: 0, isFUA: false)
    ),
    (
      "pc1 begin 19 flush",
      .begin(
        operation: 19, action: .flush, range: ByteRange(byteOffset: 0, byteCount: 0), contents: 0,
        isFUA: false)
    ),
    (
      "pc1 begin 20 resize 4096",
      .begin(
        operation: 20, action: .resize, range: ByteRange(byteOffset: 0, byteCount: 4096),
        contents: 0, isFUA: false)
    ),
    (
      "pc1 begin 21 close",
      .begin(
        operation: 21, action: .close, range: ByteRange(byteOffset: 0, byteCount: 0), contents: 0,
        isFUA: false)
    ),
  ]

  private static let someHash = "x0123456789abcdeffedcba9876543210"

  static let returned: [(String, ReadContents)] = [
    ("pc1 got 5 17", ReadContents([.operation(17)])),
    ("pc1 got 5 0", ReadContents([.zeroes])),
    (
      "pc1 got 5 17*2 0*3 9",
      ReadContents([.operation(17), .operation(17), .zeroes, .zeroes, .zeroes, .operation(9)])
    ),
    (
      "pc1 got 5 \(someHash)*2 18446744073709551615",
      ReadContents([
        .other(Digest128(low: 0xfedc_ba98_7654_3210, high: 0x0123_4567_89ab_cdef)),
        .other(Digest128(low: 0xfedc_ba98_7654_3210, high: 0x0123_4567_89ab_cdef)),
        .operation(.max),
      ])
    ),
  ]

  @Test(arguments: returned)
  func whatAReadReturnedIsReadAndWritten(text: String, contents: ReadContents) throws {
    let mark = ClientMark.got(operation: 5, contents)
    #expect(try ClientMark(parsing: text, at: 0) == mark)
    #expect(mark.text == text)
    #expect(ClientMark.got(5, contents) == [mark])
  }

  /// A log with sectors of 512 bytes has room for 415 of text.
  @Test func whatHasNoRoomInOneMarkTakesSeveral() throws {
    var sources: [ReadContents.Source] = []
    for number in 0..<100 as Range<UInt64> {
      sources += [.operation(.max - number), .other(Digest128(low: number, high: 1)), .zeroes]
    }
    let contents = ReadContents(sources)
    let marks = ClientMark.got(.max, contents)
    #expect(marks.count > 10)
    #expect(marks.allSatisfy { $0.text.utf8.count <= 415 })
    #expect(marks.dropLast().allSatisfy { $0.text.utf8.count > 415 - 56 })
    var again = ReadContents()
    for mark in marks {
      guard case .got(.max, let part)? = try ClientMark(parsing: mark.text, at: 0) else { continue }
      again.append(part)
    }
    #expect(again == contents)
    #expect(contents.unitCount == 300)
  }

  @Test(arguments: good)
  func markOfTheGrammarIsReadAndWritten(text: String, mark: ClientMark) throws {
    #expect(try ClientMark(parsing: text, at: 0) == mark)
    #expect(mark.text == text)
  }

  @Test(arguments: ["", "pc1", "pc2 size 1", "Pc1 size 1", " pc1 size 1", "mount", "pc1size 1"])
  func markOfSomebodyElseIsNone(text: String) throws {
    #expect(try ClientMark(parsing: text, at: 0) == nil)
  }

  @Test(arguments: [
    "pc1 ", "pc1 siz 1", "pc1 size", "pc1 size x", "pc1 size -1", "pc1 size +1", "pc1 size 01",
    "pc1 size 1 ", "pc1 size  1", "pc1 size 1 2", "pc1 size 18446744073709551616",
    "pc1 recovered 1", "pc1 end", "pc1 end 1", "pc1 end x ok", "pc1 end 1 EIO twice",
    "pc1 begin", "pc1 begin 1", "pc1 begin x flush", "pc1 begin 1 format", "pc1 begin 1 flush 0",
    "pc1 begin 1 write 0", "pc1 begin 1 write 0 512", "pc1 begin 1 write 0 512 zz",
    "pc1 begin 1 write 0 512 1", "pc1 begin 1 write 0 512 0000000000000001 FUA",
    "pc1 begin 1 write 0 512 00000000000000001", "pc1 begin 1 discard 0",
    "pc1 begin 1 discard 18446744073709551615 1", "pc1 begin 1 discard 0 1 2",
    "pc1 got", "pc1 got 1", "pc1 got x 1", "pc1 got 1 1*0", "pc1 got 1 1*1", "pc1 got 1 1 1",
    "pc1 got 1 0*2 0", "pc1 got 1 01", "pc1 got 1 1*02", "pc1 got 1 1**2", "pc1 got 1 *2",
    "pc1 got 1 x123", "pc1 got 1 X0123456789abcdeffedcba9876543210",
    "pc1 got 1 x0123456789ABCDEFfedcba9876543210", "pc1 got 1 x+123456789abcdeffedcba9876543210",
    "pc1 got 1 1*18446744073709551616", "pc1 got 1 1*18014398509481984 1*18014398509481984 2",
    "pc1 begin 1 resize", "pc1 begin 1 fua", "pc1 begin 1 write fua",
  ])
  func brokenMarkIsAnErrorThatShowsIt(text: String) {
    let error = #expect(throws: FormatError.self) { try ClientMark(parsing: text, at: 99) }
    #expect(error?.byteOffset == 99)
    #expect(error?.field == "text")
    #expect(error?.found == "'\(text)'")
  }
}
