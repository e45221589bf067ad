import Bytes
import CrashStates

/// Everything in a folder, so that two folders can be told apart: names, kinds, permissions and bytes.
struct FolderContents {
  enum Kind: Hashable {
    case folder
    case link(FilePath)
    case file(byteCount: UInt64, Digest128)
    /// One more name of the file that has this one.
    case name(of: FilePath)
    /// Nobody knows what it holds, so that nothing is equal to it.
    case unknown
  }

  struct Thing: Hashable {
    var kind: Kind
    var mode: UInt32
  }

  /// Each folder in front of what is in it, sorted by names; the folder itself, ``FilePath/here``, is the first.
  private let list: [(path: FilePath, thing: Thing)]

  init(
    of state: CrashState, in recording: Recording, untouched: [Int: Kind],
    isLeftOut: (FilePath) -> Bool
  ) {
    var firstNames: [Int: FilePath] = [:]
    var list = [(FilePath.here, Thing(kind: .folder, mode: recording.mode(in: state)))]
    for name in recording.names(in: state) where !isLeftOut(name.path) {
      let first = firstNames[name.node]
      if first == nil { firstNames[name.node] = name.path }
      let kind = first.map { .name(of: $0) } ?? Self.kind(of: name, in: recording, untouched)
      list.append((name.path, Thing(kind: kind, mode: name.mode)))
    }
    self.list = list
  }

  var hasUnknown: Bool { list.contains { $0.thing.kind == .unknown } }

  /// By their paths.
  var things: [FilePath: Thing] { Dictionary(list.map { ($0, $1) }) { first, _ in first } }

  var digest: Digest128 {
    var bytes: [UInt8] = []
    for (path, thing) in list {
      bytes += path.bytes + [0]
      thing.append(to: &bytes)
    }
    return Checksum.xxh3Wide(bytes)
  }

  private static func kind(
    of name: RecordedName, in recording: Recording, _ untouched: [Int: Kind]
  ) -> Kind {
    switch name.contents {
    case .folder: .folder
    case .link(let target): .link(target)
    case .recorded(let file, let own):
      .file(
        byteCount: recording.files[file].history.byteCount(of: own),
        recording.files[file].history.digest(of: own))
    case .empty: .file(byteCount: 0, StateSum().digest(diskByteCount: 0))
    case .untouched: untouched[name.node] ?? .unknown
    case .unknown: .unknown
    }
  }

  /// What a file holds that nothing was done to, in the form of those that were recorded: a program may copy one and
  /// rename the copy over it, which is no difference.
  static func kind(ofUntouched region: ByteRegion) -> Kind {
    var sum = StateSum()
    let wholeByteCount = region.byteCount / StateSum.unitByteCount * StateSum.unitByteCount
    StateSum.forEachContribution(of: region, in: 0..<wholeByteCount, firstUnitIndex: 0) {
      sum += $1
    }
    let rest = region.bytes(in: wholeByteCount..<region.byteCount)
    if !rest.isEmpty {
      let unit = rest + [UInt8](repeating: 0, count: StateSum.unitByteCount - rest.count)
      sum += StateSum.contribution(
        ofHash: Checksum.xxh3Wide(unit),
        unitIndex: UInt64(wholeByteCount / StateSum.unitByteCount))
    }
    let byteCount = UInt64(region.byteCount)
    return .file(byteCount: byteCount, sum.digest(diskByteCount: byteCount))
  }
}

extension FolderContents.Thing {
  /// In a form in which two are the same only where they are: no path holds a zero.
  fileprivate func append(to bytes: inout [UInt8]) {
    func add(_ number: UInt64) {
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    add(UInt64(mode))
    switch kind {
    case .folder: bytes.append(0)
    case .link(let target): bytes += [1] + target.bytes + [0]
    case .file(let byteCount, let digest):
      bytes.append(2)
      for number in [byteCount, digest.low, digest.high] { add(number) }
    case .name(let first): bytes += [3] + first.bytes + [0]
    case .unknown: bytes.append(4)
    }
  }

  /// `a file of 7 bytes, mode 600`.
  var words: String {
    let mode = ", mode \(String(mode, radix: 8))"
    return switch kind {
    case .folder: "a folder\(mode)"
    case .link(let target): "a link to '\(target)'"
    case .file(0, _): "an empty file\(mode)"
    case .file(let byteCount, _): "a file of \(byteCount) bytes\(mode)"
    case .name(let first): "another name of '\(first)'\(mode)"
    case .unknown: "a file that nobody knows"
    }
  }
}
