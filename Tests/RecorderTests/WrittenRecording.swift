import Bytes
import Glibc
import Host
import TestSupport
import WriteLog

@testable import Recorder

/// A recorder whose journal a test writes, byte by byte from the layout in CJournal.h: what a program's library
/// would have said of the program, in any order.
final class WrittenRecording {
  /// The numbers of CJournal.h.
  enum Kind: UInt32 {
    case touch = 1
    case write, resize, allocate, zero, punch, sync, syncAll, syncFolder, create, rename, link
    case unlink, problem, makeFolder, removeFolder, symlink, mode, mark, code
  }

  static let durable: UInt32 = 1
  static let keepsSize: UInt32 = 2
  static let appends: UInt32 = 4
  static let told: UInt32 = 8
  static let exchanges: UInt32 = 16
  static let nameless: UInt32 = 32
  static let said: UInt32 = 64

  private static let chunkByteCount = 262_144
  private static let magic: UInt64 = 0x366c_6e6a_7475_6370

  let folder: TemporaryFolder
  let watched: String
  let output: String
  let recorder: Recorder
  private let journal: WritableFile
  private var usedByteCount = 64
  /// The last number that was given out.
  private(set) var number: UInt64 = 0

  /// - Parameter script: makes, in the watched folder, what is there before the program starts.
  init(
    _ script: String = ":", ignoring ignoredNames: [String] = [], control: Recorder.Control? = nil
  ) throws {
    folder = try TemporaryFolder()
    watched = try Paths.absolute(folder.path) + "/watched"
    output = folder.path("output")
    try shell("mkdir '\(watched)'; cd '\(watched)'; \(script)")
    var options = Recorder.Options(watched: watched, output: output, libraryPath: "/none")
    options.ignoredNames = ignoredNames
    options.control = control
    recorder = try Recorder(options) { _ in "" }
    journal = try WritableFile("\(output)/journal")
    let place = UInt64(Self.chunkByteCount)
    try journal.write([0], at: 2 * place - 1)
    try journal.write(
      Self.little(Self.magic) + Self.little(UInt64(Self.chunkByteCount)), at: place)
    try journal.write(Self.little(UInt64(2)), at: 16)
    try setProcessCount(1)
  }

  func setProcessCount(_ count: UInt32) throws { try journal.write(Self.little(count), at: 28) }
  func setFailure(_ errorNumber: UInt32) throws {
    try journal.write(Self.little(errorNumber), at: 24)
  }

  /// The key of a file that is there.
  func key(_ name: String) throws -> FileKey {
    let survey = try FolderSurvey(of: watched, excluding: output)
    guard let key = survey[FilePath("\(watched)/\(name)")]?.key else {
      throw HostError("look for", name, found: "it is not there", hint: "")
    }
    return key
  }

  /// Puts a record; returns the number of its submission.
  ///
  /// - Parameters:
  ///   - begun: what `begin` returned; otherwise the call is submitted now.
  ///   - names: paths in the watched folder, or absolute ones, as the payload.
  ///   - isFinished: whether the call has returned.
  @discardableResult
  func put(
    _ kind: Kind, file: UInt32 = 0, begun: UInt64? = nil, result: Int64 = 0, flags: UInt32 = 0,
    at byteOffset: UInt64 = 0, count: UInt64 = 0, data: [UInt8] = [], names: [String] = [],
    key: FileKey? = nil, process: UInt32 = 0, descriptor: Int32 = -1, mode: UInt32 = 0o644,
    isFinished: Bool = true, program: UInt32 = 0, caller: UInt64 = 0
  ) throws -> UInt64 {
    let submitted = begun ?? begin()
    let completed = isFinished ? begin() : 0
    let paths = names.map { Array(($0.hasPrefix("/") ? $0 : "\(watched)/\($0)").utf8) }
    let payload = names.isEmpty ? data : Array(paths.joined(separator: [0]))
    let byteCount = (128 + payload.count + 63) / 64 * 64
    var bytes = Self.little(kind.rawValue) + Self.little(flags) + Self.little(UInt64(byteCount))
    bytes += Self.little(submitted) + Self.little(completed) + Self.little(result)
    bytes += Self.little(byteOffset) + Self.little(count) + Self.little(UInt64(payload.count))
    bytes += Self.little(file) + Self.little(UInt32(1)) + Self.little(UInt32(0))
    bytes += Self.little(process) + Self.little(key?.device ?? 0) + Self.little(key?.inode ?? 0)
    bytes += Self.little(key?.birthSeconds ?? 0) + Self.little(key?.birthNanoseconds ?? 0)
    bytes +=
      Self.little(descriptor) + Self.little(mode) + Self.little(program) + Self.little(caller)
      + payload
    bytes += [UInt8](repeating: 0, count: byteCount - bytes.count)
    try journal.write(Self.little(number), at: 8)
    try journal.write(bytes, at: UInt64(Self.chunkByteCount + usedByteCount))
    usedByteCount += byteCount
    return submitted
  }

  /// A write of one byte over and over that is really made, unless it is short.
  @discardableResult
  func write(
    _ name: String, file: UInt32, byte: UInt8 = 1, at byteOffset: UInt64 = 0, count: Int = 512,
    done doneCount: Int? = nil, flags: UInt32 = 0, begun: UInt64? = nil, isFinished: Bool = true
  ) throws -> UInt64 {
    let bytes = [UInt8](repeating: byte, count: count)
    try change(name, [UInt8](bytes.prefix(doneCount ?? count)), at: byteOffset)
    return try put(
      .write, file: file, begun: begun, result: Int64(doneCount ?? count), flags: flags,
      at: byteOffset, data: bytes, isFinished: isFinished)
  }

  func change(_ name: String, _ bytes: [UInt8], at byteOffset: UInt64) throws {
    let descriptor = unsafe open("\(watched)/\(name)", O_WRONLY | O_CLOEXEC)
    defer { _ = close(descriptor) }
    guard unsafe pwrite(descriptor, bytes, bytes.count, off_t(byteOffset)) == bytes.count else {
      throw HostError("write to", name, found: "it does not take the bytes", hint: "")
    }
  }

  /// A first touch, that the recorder answers at the next look.
  func touch(_ name: String) throws {
    try put(.touch, names: [name], key: key(name))
  }

  /// Takes a number: a call begins, or returns.
  func begin() -> UInt64 {
    number += 1
    return number
  }

  func finish(_ status: ChildProcess.Status = .exited(0)) throws -> Recorder.Outcome {
    defer { recorder.close() }
    return try recorder.finish(status, of: ["program"])
  }

  /// The one order: lines about names as they stand, and of each entry `FILE: write 0 512`,
  /// `discard 0 512`, `flush`, or the text of a mark; `fua` where it is.
  func lines() throws -> [String] { try JointLines.read(output) }

  private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * Value($0))) }
  }
}

/// `joint.txt` with what its entries are.
enum JointLines {
  static func read(_ output: String) throws -> [String] {
    var logs: [String: WriteLogIndex] = [:]
    return try InputFile.text("\(output)/joint.txt").split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      guard words[0] == "entry", let number = Int(words[2]) else { return String(line) }
      let log =
        try logs[words[1]]
        ?? WriteLogIndex(
          reading: MappedFile.map("\(output)/\(words[1])/writes.log"),
          options: LogReadingOptions())
      logs[words[1]] = log
      guard number < log.entryCount else { return "\(words[1]): nothing" }
      return "\(words[1]): \(text(of: log[number], in: log))"
    }
  }

  private static func text(of entry: LogEntry, in log: WriteLogIndex) -> String {
    let range = "\(entry.deviceRange.byteOffset) \(entry.deviceRange.byteCount)"
    let fua = entry.flags.contains(.fua) ? " fua" : ""
    return switch entry.kind {
    case .write: "write \(range)\(fua)"
    case .discard: "discard \(range)"
    case .flush: "flush"
    case .mark: log.text(of: entry)
    }
  }
}
