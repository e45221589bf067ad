import Host
import TestSupport
import Testing

/// Images that only malice makes: the tool gives a verdict, writes nothing, and does not die or hang.
@Suite struct HostileImageToolTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder(prefix: "hostile")
    let python = Peer(program: "python3", package: "python3")
    try shell(
      """
      cd '\(folder.path)'
      qemu-img create -q -f vhdx -o block_size=1M,subformat=dynamic base.vhdx 64M
      """)
    try python.run(["-c", RecoverImages.checksums + Self.maker], workingDirectory: folder.path)
  }

  /// The bytes of each image are put together by hand, over one that qemu-img made.
  private static let maker = """
    MIB = 1 << 20
    GUID = bytes(range(1, 17))
    base = open('base.vhdx', 'rb').read()
    def image(name, log, length, file_length):
        file = open(name, 'wb')
        file.write(base)
        for number, place in ((3, 65536), (4, 131072)):
            header = bytearray(base[place:place + 4096])
            header[8:16] = struct.pack('<Q', 1 << 62 | number)
            header[48:64] = GUID
            header[68:80] = struct.pack('<IQ', length, log)
            file.seek(place)
            file.write(sealed(header))
        file.truncate(file_length)
        return file
    def head(number, total, count, flushed, last):
        return b'loge' + struct.pack('<IIIQII16sQQ', 0, total, 0, number, count, 0, GUID, flushed, last)
    ring = 4096 * MIB - MIB
    image('ring-of-4-gib.vhdx', 16 * MIB, ring, 16 * MIB + ring)
    file = image('claims.vhdx', 16 * MIB, 16 * MIB, 32 * MIB)
    for sector in range(4096):
        file.seek(16 * MIB + sector * 4096)
        file.write(head(5 + sector, 16 * MIB, 126, 8 * MIB, 8 * MIB))
    def one(name, descriptor, last=8 * MIB):
        file = image(name, MIB, MIB, len(base))
        file.seek(MIB)
        entry = head(7, 4096, 1 if descriptor else 0, 8 * MIB, last) + descriptor
        file.write(sealed(entry.ljust(4096, b'\\0')))
    one('end-past-64-bits.vhdx', b'zero' + struct.pack('<IQQQ', 0, 1 << 63, 1 << 63, 7))
    one('exbibyte-of-zeroes.vhdx', b'zero' + struct.pack('<IQQQ', 0, 1 << 60, 8 * MIB, 7))
    one('last-near-64-bits.vhdx', b'', last=(1 << 64) - MIB)
    """

  private static let refused = [
    ("ring-of-4-gib.vhdx", "S05"), ("claims.vhdx", "S05"), ("end-past-64-bits.vhdx", "S05"),
    ("exbibyte-of-zeroes.vhdx", "expected a file of at most"),
    ("last-near-64-bits.vhdx", "expected a file of at most"),
  ]

  @Test(arguments: refused)
  func recoverRefusesAndWritesNothing(name: String, reason: String) throws {
    let path = folder.path(name)
    let before = try shell("head -c 33554432 '\(path)' | xxhsum -H2")
    for options in [[], ["--dry-run"], ["--output", folder.path("copy.vhdx")]] {
      let run = try ToolRun(["recover", path] + options, build: .release)
      #expect(run.status == 1, "\(run.errors)")
      #expect((run.result + run.errors).contains(reason), "\(run.result)\(run.errors)")
    }
    #expect(try shell("head -c 33554432 '\(path)' | xxhsum -H2") == before)
    #expect(!Folders.exists(folder.path("copy.vhdx")))
  }

  @Test(arguments: refused)
  func inspectAndCheckSayWhatIsThere(name: String, reason: String) throws {
    for words in [["inspect"], ["inspect", "--format", "json"], ["check"]] {
      let run = try ToolRun(words + [folder.path(name)], build: .release)
      #expect(run.status == 1, "\(words) \(run.errors)")
      #expect(!run.result.isEmpty)
    }
  }
}
