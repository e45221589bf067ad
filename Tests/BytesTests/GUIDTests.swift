import Bytes
import Testing

@Suite struct GUIDTests {
  /// The region GUID of a BAT as it stands in an image that qemu-img created.
  private static let bytes: [UInt8] = [
    0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42, 0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08,
  ]

  @Test func bytesAndTextAreTheSame() {
    let guid = GUID(loading: ByteRegion(Self.bytes), at: 0)
    #expect(guid.description == "2DC27766-F623-4200-9D64-115E9BFD4A08")
    #expect(GUID("2DC27766-F623-4200-9D64-115E9BFD4A08") == guid)
    #expect(GUID("2DC27766-F623-4200-9D64") == nil)
  }
}
