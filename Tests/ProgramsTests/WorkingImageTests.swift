import Bytes
import CrashStates
import Glibc
import Host
import Scheduling
import TestSupport
import Testing
import WriteLog

@testable import Programs

/// A file that is the image of one crash state after the other, whatever a command does to it in between: it must be what
/// is written anew for each state.
@Suite struct WorkingImageTests {
  private static let sectorByteCount = 512
  private static let imageByteCount = 1 << 20

  /// Writes, discards and flushes at random places of a disk of 1 MiB.
  private static func history(seed: UInt64) throws -> DiskHistory {
    var stream = RandomStream(Seed(seed), .workload)
    var bytes = Superblock(entryCount: 60, sectorByteCount: UInt32(sectorByteCount)).encode()
    for entry in 0..<60 {
      let sectorCount = stream.next(in: 1...96)
      let sector = stream.next(below: imageByteCount / sectorByteCount - sectorCount)
      let kind = stream.next(below: 6)
      let flags: EntryFlags = kind == 0 ? .flush : kind == 1 ? .discard : []
      let header = EntryHeader(
        sector: kind == 0 ? 0 : UInt64(sector), sectorCount: kind == 0 ? 0 : UInt64(sectorCount),
        flags: flags)
      bytes += header.encode(sectorByteCount: UInt32(sectorByteCount))
      if kind > 1 {
        bytes += [UInt8](repeating: UInt8(entry + 1), count: sectorCount * sectorByteCount)
      }
    }
    return try DiskHistory(
      index: WriteLogIndex(reading: ByteRegion(bytes)),
      base: ByteRegion([UInt8](repeating: 0xee, count: 200_000)),
      initialByteCount: UInt64(imageByteCount))
  }

  private static func states(_ history: DiskHistory, _ stream: inout RandomStream) -> [CrashState] {
    let tiers: [Tier] = [.prefix, .flushedOnly, .drop(1), .random(2), .torn(512)]
    var states = StateEnumerator(history: history, tiers: tiers, seed: 1).map(\.state)
    for place in states.indices.dropFirst() {
      states.swapAt(place, stream.next(below: place + 1))
    }
    return Array(states.prefix(80))
  }

  /// What commands do to an image and beside it.
  private static let meddlers = [
    "true", "printf xyz >> $1", "dd if=/dev/urandom of=$1 bs=4096 seek=9 count=3 conv=notrunc",
    "truncate -s 5000 $1", "rm $1", "rm $1; mkdir $1", "mv $1 $1.old; cp $1.old $1", "chmod 400 $1",
    "ln $1 $1.link", "mkdir -p $(dirname $1)/x/y; echo > $1.lock", "rm -r $(dirname $1)",
    "fallocate -p -o 65536 -l 300000 $1", "d=$(dirname $1); mv $d $d.away", "sync $1; touch $1",
    """
    python3 -c 'import mmap,sys
    file = open(sys.argv[1], "r+b")
    mapping = mmap.mmap(file.fileno(), 0)
    mapping[len(mapping) // 2] ^= 0x55' $1
    """,
  ]

  @Test func everyStateIsWhatIsWrittenAnew() throws {
    let folder = try TemporaryFolder(prefix: "working", prefersMemory: true)
    for seed: UInt64 in 1...3 {
      let history = try Self.history(seed: seed)
      let working = WorkingImage(history, in: folder.path("working"), name: "image.raw")
      let (anew, image) = (folder.path("anew"), working.imagePath)
      var stream = RandomStream(Seed(seed), .schedule)
      for (place, state) in Self.states(history, &stream).enumerated() {
        let isChanged = try working.become(state)
        #expect(isChanged || place == 0 || place % 2 == 1, "it is written anew without need")
        try StateImages.write(state, of: history, to: anew)
        try #require(
          try InputFile.bytes(image) == InputFile.bytes(anew), "seed \(seed), \(state), \(place)")
        #expect(try working.difference(from: state) == nil)
        #expect(try Folders.names(in: Paths.folder(of: image)).map { "\($0)" } == ["image.raw"])
        let meddler = place % 2 == 0 ? Self.meddlers[place / 2 % Self.meddlers.count] : "true"
        _ = try Peer(program: "sh", package: "dash").attempt(["-c", meddler, "sh", image])
      }
    }
  }

  /// The comparison that watches over all this must find a single bit, in data and in a hole, and a wrong length.
  @Test func anImageThatIsNotTheStateIsFound() throws {
    let folder = try TemporaryFolder(prefix: "working", prefersMemory: true)
    let history = try Self.history(seed: 1)
    let working = WorkingImage(history, in: folder.path("working"), name: "image.raw")
    let last = CrashState(cut: history.entryCount)
    _ = try working.become(last)
    #expect(try working.difference(from: last) == nil)
    let path = working.imagePath
    for byteOffset in [0, 4095, 77_777, 1_048_575] {
      let byte = try InputFile.bytes(path)[byteOffset]
      try shell("printf '\\\(String(byte ^ 1, radix: 8))' | \(Self.put(path, byteOffset))")
      #expect(
        try working.difference(from: last)
          == "'\(path)' holds other bytes from byte \(byteOffset / 4096 * 4096) on")
      try shell("printf '\\\(String(byte, radix: 8))' | \(Self.put(path, byteOffset))")
      #expect(try working.difference(from: last) == nil)
    }
    try shell("truncate -s 1048000 \(path)")
    #expect(
      try working.difference(from: last) == "'\(path)' has 1048000 bytes, and must have 1048576")
  }

  private static func put(_ path: String, _ byteOffset: Int) -> String {
    "dd of=\(path) bs=1 seek=\(byteOffset) conv=notrunc status=none"
  }

  /// A store through a mapping that stays is told of by nobody: the first change is held against its state.
  @Test func whatIsStoredUnseenEndsTheRun() throws {
    let folder = try TemporaryFolder(prefix: "working", prefersMemory: true)
    let history = try Self.history(seed: 2)
    let images = WorkingImages(history, in: folder.path, imageName: "image.raw")
    var mapping: UnsafeMutableRawPointer?
    try images.lend(CrashState(cut: 1)) { path in
      let descriptor = unsafe open(path, O_RDWR)
      unsafe mapping = mmap(
        nil, Self.imageByteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
      _ = close(descriptor)
    }
    defer { unsafe munmap(mapping, Self.imageByteCount) }
    // The base's last bytes, which nothing of the next states is near.
    unsafe mapping?.storeBytes(of: 0x11, toByteOffset: 199_999, as: UInt8.self)
    #expect(throws: WrongImage.self) { try images.lend(CrashState(cut: 2)) { _ in } }
  }

  @Test func thoseWhoAskSideBySideHaveImagesOfTheirOwn() throws {
    let folder = try TemporaryFolder(prefix: "working", prefersMemory: true)
    let history = try Self.history(seed: 3)
    do {
      let images = WorkingImages(history, in: folder.path, imageName: "image.raw")
      try images.lend(CrashState(cut: 60)) { one in
        try images.lend(CrashState(cut: 0)) { other in
          let bytes = (try InputFile.bytes(one), try InputFile.bytes(other))
          #expect(one != other && bytes.0 != bytes.1)
        }
      }
    }
    #expect(try Folders.names(in: folder.path).isEmpty, "and none is left")
  }
}
