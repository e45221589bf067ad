import Bytes
import Testing

@Suite struct ByteWriterTests {
  @Test func fieldsAreLittleEndian() {
    var writer = ByteWriter(reservingByteCount: 64)
    writer.write(UInt8(0x01))
    writer.write(UInt16(0x2345))
    writer.write(UInt32(0x6789_abcd))
    writer.write(UInt64(0x0102_0304_0506_0708))
    writer.write([0xff, 0xfe])
    #expect(
      writer.bytes == [
        0x01, 0x45, 0x23, 0xcd, 0xab, 0x89, 0x67, 8, 7, 6, 5, 4, 3, 2, 1, 0xff, 0xfe,
      ])
  }

  @Test func paddingIsZero() {
    var writer = ByteWriter()
    writer.write(UInt8(9))
    writer.pad(toByteCount: 4)
    writer.pad(toByteCount: 4)
    #expect(writer.bytes == [9, 0, 0, 0])
  }

  @Test func paddingThatTakesBytesAwayTraps() async {
    await #expect(processExitsWith: .failure) {
      var writer = ByteWriter()
      writer.write(UInt32(1))
      writer.pad(toByteCount: 3)
    }
  }
}
