import Host
import TestSupport

/// Images whose log is not empty, made without our own code.
enum RecoverImages {
  private static let python = Peer(program: "python3", package: "python3")

  /// Lets qemu-io allocate two blocks, rebuilds the image at each cut of its write log, and keeps the
  /// cuts whose current header names a log, as `cut-N.vhdx`.
  ///
  /// - Returns: the paths whose ring holds an entry of that log, and those where it does not.
  static func recordQEMU(
    in folder: TemporaryFolder
  ) throws -> (replayable: [String], empty: [String]) {
    try shell(
      """
      cd '\(folder.path)'
      qemu-img create -q -f vhdx -o block_size=1M,subformat=dynamic base.vhdx 64M
      cp base.vhdx V; : > L
      qemu-io -t writeback -c 'write -P 0xa1 0 4k' -c 'write -P 0xa2 5M 64k' -c flush --image-opts \
        driver=vhdx,file.driver=blklogwrites,file.file.driver=file,file.file.filename=V,\
      file.log.driver=file,file.log.filename=L > /dev/null
      """)
    let lines = try python.run(["-c", checksums + cutter], workingDirectory: folder.path)
      .split(separator: "\n").map(String.init)
    func paths(_ word: String) -> [String] {
      lines.filter { $0.hasPrefix(word) }.map { folder.path(String($0.dropFirst(word.count + 1))) }
    }
    return (paths("replayable"), paths("empty"))
  }

  /// CRC-32C bit by bit, and a structure with its checksum in bytes 4 to 7.
  static let checksums = """
    import struct
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82f63b78 if byte & 1 else 0)
        table.append(byte)
    def sealed(data):
        data = bytearray(data)
        data[4:8] = bytes(4)
        crc = 0xffffffff
        for byte in data:
            crc = table[(crc ^ byte) & 255] ^ crc >> 8
        data[4:8] = struct.pack('<I', crc ^ 0xffffffff)
        return data

    """

  private static let cutter = """
    log = open('L', 'rb').read()
    final = open('V', 'rb').read()
    image = bytearray(open('base.vhdx', 'rb').read().ljust(len(final), b'\\0'))
    _, _, count, unit = struct.unpack_from('<QQQI', log)
    at = unit
    for number in range(1, count + 1):
        sector, sectors, flags, length = struct.unpack_from('<QQQQ', log, at)
        at += unit
        if sectors and not flags & 4:
            image[sector * unit:(sector + sectors) * unit] = log[at:at + sectors * unit]
            at += sectors * unit
        slots = [image[place:place + 4096] for place in (65536, 131072)]
        header = max(slots, key=lambda slot: struct.unpack_from('<Q', slot, 8)[0])
        guid = header[48:64]
        if not any(guid):
            continue
        ring = image[1 << 20:2 << 20]
        name = 'cut-%d.vhdx' % number
        # QEMU's entries have one data sector. Only the checksum tells one that is half written.
        whole = False
        for place in range(0, 1 << 20, 4096):
            entry = ring[place:place + 8192]
            if entry[:4] == b'loge' and entry[32:48] == guid and entry == sealed(entry):
                whole = True
        print('replayable' if whole else 'empty', name)
        with open(name, 'wb') as file:
            file.truncate(len(image))
            for place in range(0, len(image), 65536):
                page = image[place:place + 65536]
                if any(page):
                    file.seek(place)
                    file.write(page)
    """

  /// A log of two entries after an old one that must not be replayed: zeroes over 64 KiB at 4 MiB, a
  /// sector at 5 MiB, a sector at 12 MiB beyond the file's end, and growth to 16 MiB. Writes
  /// `dirty.vhdx`, and `expected` as the file must be from 1 MiB on.
  static func makeDirty(in folder: TemporaryFolder) throws {
    try shell(
      """
      cd '\(folder.path)'
      qemu-img create -q -f vhdx -o block_size=1M,subformat=dynamic base.vhdx 64M
      """)
    try python.run(["-c", checksums + maker], workingDirectory: folder.path)
  }

  private static let maker = """
    MIB = 1 << 20
    GUID = bytes(range(1, 17))
    def entry(number, tail, zeroes, sectors):
        count = len(zeroes) + len(sectors)
        total = 4096 * (1 + len(sectors))
        head = struct.pack('<4sIIIQII16sQQ', b'loge', 0, total, tail, number, count, 0, GUID,
                           8 * MIB, 16 * MIB)
        body = b''
        for place, length in zeroes:
            head += struct.pack('<4sIQQQ', b'zero', 0, length, place, number)
        for place, data in sectors:
            head += b'desc' + data[-4:] + data[:8] + struct.pack('<QQ', place, number)
            body += struct.pack('<4sI', b'data', number >> 32) + data[8:-4]
            body += struct.pack('<I', number & 0xffffffff)
        return sealed(head.ljust(4096, b'\\0') + body)
    image = bytearray(open('base.vhdx', 'rb').read())
    assert len(image) == 8 * MIB
    image[4 * MIB:4 * MIB + 131072] = b'\\x5a' * 131072
    one = bytes(i * 7 % 251 for i in range(4096))
    two = bytes(i * 11 % 241 for i in range(4096))
    old = entry(4, 0, [], [(6 * MIB, b'\\xee' * 4096)])
    first = entry(5, 8192, [(4 * MIB, 65536)], [(5 * MIB, one)])
    second = entry(6, 8192, [], [(12 * MIB, two)])
    ring = old + first + second
    image[MIB:MIB + len(ring)] = ring
    for place in (65536, 131072):
        header = image[place:place + 4096]
        header[48:64] = GUID
        image[place:place + 4096] = sealed(header)
    open('dirty.vhdx', 'wb').write(image)
    image[4 * MIB:4 * MIB + 65536] = bytes(65536)
    image[5 * MIB:5 * MIB + 4096] = one
    image += bytes(8 * MIB)
    image[12 * MIB:12 * MIB + 4096] = two
    open('expected', 'wb').write(image[MIB:])
    """

  /// Gives the headers of an image this number and the one before it.
  static func renumberHeaders(
    of name: String, to number: UInt64, in folder: TemporaryFolder
  ) throws {
    let script = """
      image = bytearray(open('\(name)', 'rb').read())
      for place, number in ((65536, \(number)), (131072, \(number - 1))):
          header = image[place:place + 4096]
          header[8:16] = struct.pack('<Q', number)
          image[place:place + 4096] = sealed(header)
      open('\(name)', 'wb').write(image)
      """
    try python.run(["-c", checksums + script], workingDirectory: folder.path)
  }

  /// Whether two files have the same bytes from 1 MiB on, and the same length.
  static func areEqualBehindHeaders(_ one: String, _ other: String) throws -> Bool {
    try Peer(program: "cmp", package: "diffutils")
      .attempt(["-s", "-i", "1048576", one, other]).status == .exited(0)
  }

  /// The same with what ``makeDirty(in:)`` expects.
  static func isAsExpected(_ path: String, in folder: TemporaryFolder) throws -> Bool {
    try Peer(program: "cmp", package: "diffutils")
      .attempt(["-s", "-i", "1048576:0", path, folder.path("expected")]).status == .exited(0)
  }
}
