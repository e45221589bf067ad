import TestSupport

/// An NBD server of a page of Python: one client, one request at a time; reads, writes and flushes only.
enum SmallServer {
  enum Habit: String {
    case careful
    /// Takes it that a write writes all of its bytes.
    case careless
    /// Keeps what it has read, and takes no notice of writes to it.
    case forgetful
  }

  /// The command line.
  static func words(_ habit: Habit) -> String {
    "\(Peer.python.program) -c '\(program)' {socket} {image} \(habit.rawValue)"
  }

  /// The numbers are those of the NBD project's doc/proto.md.
  private static let program = """
    import os, socket, struct, sys
    path, image, habit = sys.argv[1:]
    disk = os.open(image, os.O_RDWR)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    client = listener.accept()[0]
    def take(count):
        data = b""
        while len(data) < count:
            part = client.recv(count - len(data))
            if not part: sys.exit(1)
            data += part
        return data
    client.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3))
    take(4)
    _, option, length = struct.unpack(">QII", take(16))
    take(length)
    head = struct.pack(">QI", 0x3e889045565a9, option)
    size = os.fstat(disk).st_size
    client.sendall(head + struct.pack(">IIHQH", 3, 12, 0, size, 5))
    client.sendall(head + struct.pack(">II", 1, 0))
    known = {}
    while True:
        answer = b""
        _, _, command, cookie, start, length = struct.unpack(">IHHQQI", take(28))
        if command == 2: break
        if command == 0:
            for place in range(start, start + length, 512):
                sector = os.pread(disk, 512, place)
                if habit == "forgetful": sector = known.setdefault(place, sector)
                answer += sector
        if command == 1:
            data = take(length)
            while data:
                count = os.pwrite(disk, data, start)
                if habit == "careless": break
                data, start = data[count:], start + count
        if command == 3: os.fdatasync(disk)
        client.sendall(struct.pack(">IIQ", 0x67446698, 0, cookie) + answer)
    """
}
