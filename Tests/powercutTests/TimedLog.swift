import TestSupport

/// Logs that Python writes, with Powercut's extension where an entry has times.
enum TimedLog {
  /// `entries` is Python: a call of `entry(sector, count, flags, times)` for each, where `times` are the
  /// submission and the completion, or None.
  static func make(_ path: String, _ entries: String) throws {
    try Peer(program: "python3", package: "python3").run(["-c", program, path, entries])
  }

  /// Each sector of a write holds the number of its entry, from 1, and its own within the write.
  private static let program = #"""
    import struct, sys
    S = 512
    def crc32c(data):
        rest = 0xffffffff
        for byte in data:
            rest ^= byte
            for _ in range(8):
                rest = rest >> 1 ^ (0x82f63b78 if rest & 1 else 0)
        return rest ^ 0xffffffff
    entries = []
    def entry(sector, count, flags, times):
        head = struct.pack('<QQQQ', sector, count, flags, 0)
        if times:
            proof = b'pcutext1' + struct.pack('<QQQQQ', 77, len(entries), *times, 0) + b'\xff' * 12
            head = head.ljust(64, b'\0') + proof + struct.pack('<I', crc32c(head + proof))
        data = b'' if flags & 4 else b''.join(
            struct.pack('<QQ', len(entries) + 1, n) * 32 for n in range(count))
        entries.append(head.ljust(S, b'\0') + data)
    exec(sys.argv[2])
    log = struct.pack('<QQQI', 0x6a736677736872, 1, len(entries), S).ljust(S, b'\0')
    open(sys.argv[1], 'wb').write(log + b''.join(entries))
    """#
}
