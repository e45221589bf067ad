import Host
import TestSupport

/// Inputs whose JSON documents have the keys that the ``SituationFiles`` leave empty. All are made by Python and
/// other programs, but for the images that only `powercut create` makes.
struct DocumentSchemaFiles: Sendable {
  private let situations: SituationFiles
  var folder: TemporaryFolder { situations.folder }

  init() throws {
    situations = try SituationFiles()
    let python = Peer(program: "python3", package: "python3")
    try python.run(["-c", Self.logs], workingDirectory: folder.path)
    try shell(
      """
      cd '\(folder.path)'
      cp base.vhdx used.vhdx
      qemu-io -f vhdx -c 'write -P 1 5M 4k' -c 'write -P 2 0 4k' used.vhdx > /dev/null
      cp dirty.vhdx place.vhdx
      qemu-img create -q -f vdi whole.vdi 16M
      qemu-io -f vdi -c 'write -P 1 5M 4k' whole.vdi > /dev/null
      cp whole.vdi count.vdi
      printf '\\0' | dd of=count.vdi bs=1 seek=388 conv=notrunc status=none
      cp whole.vdi version.vdi
      printf '\\2' | dd of=version.vdi bs=1 seek=68 conv=notrunc status=none
      """)
    try shell("mkdir '\(folder.path("tree"))'")
    try ToolRun(
      ["record", "--watch", "tree", "--output", "several", "--"]
        + ["sh", "-c", "echo 1 > tree/a; echo 2 > tree/b"], in: folder.path)
    try ToolRun(["create", "child.vhdx", "--parent", "base.vhdx"], in: folder.path)
    try ToolRun(["create", "fixed.vhdx", "--size", "8MiB", "--fixed"], in: folder.path)
    try python.run(
      ["-c", RecoverImages.checksums + Self.images], workingDirectory: folder.path)
  }

  /// A write that goes astray in an image; marks and a discard; a torn write.
  private static let logs = """
    import struct
    S = 512
    def log(path, *entries):
        body = b''
        for sector, count, flags, data in entries:
            length = len(data) if flags & 8 else 0
            head = struct.pack('<QQQQ', sector, count, flags, length) + (data if flags & 8 else b'')
            body += head.ljust(S, b'\\0') + (b'' if flags & 8 else data)
        head = struct.pack('<QQQI', 0x6a736677736872, 1, len(entries), S)
        open(path, 'wb').write(head.ljust(S, b'\\0') + body)
    log('stray.log', (16384, 1, 0, b'\\xc0' * S), (6144, 1, 0, b'\\xee' * S), (0, 0, 1, b''))
    log('marks.log', (4, 1, 18, b'A' * S), (8, 3, 4, b''), (0, 0, 8, b'pc1 size 65536'), (0, 0, 1, b''))
    log('torn.log', (4, 4, 0, b'\\xc0' * 4 * S))
    """

  /// Damaged headers and region tables, old and incomplete entries of a log, an entry of a bitmap.
  private static let images = """
    MIB = 1 << 20
    def damaged(path, *places):
        image = bytearray(open('base.vhdx', 'rb').read())
        for place in places:
            image[place:place + 4] = b'xxxx'
        open(path, 'wb').write(image)
    damaged('header.vhdx', 65536)
    damaged('headers.vhdx', 65536, 131072)
    damaged('regions.vhdx', 196608)
    image = bytearray(open('dirty.vhdx', 'rb').read())
    for place, number, tail in (65536, 2, 65536), (131072, 9, 32768):
        entry = struct.pack('<4sIIIQII16sQQ', b'loge', 0, 4096, tail, number, 0, 0, bytes(range(1, 17)),
                            8 * MIB, 16 * MIB)
        image[MIB + place:MIB + place + 4096] = sealed(entry.ljust(4096, b'\\0'))
    open('runs.vhdx', 'wb').write(image)
    image = bytearray(open('child.vhdx', 'rb').read())
    assert image[3 * MIB:3 * MIB + 4104] == bytes(4104)
    # Behind the blocks of the first chunk: 2^23 sectors of 512 bytes in blocks of 2 MiB.
    image[3 * MIB + 2048 * 8:3 * MIB + 2049 * 8] = struct.pack('<Q', 6 | 4 * MIB)
    open('bitmap.vhdx', 'wb').write(image)
    """
}
