import Bytes
import CJournal
import Glibc
import Host
import WriteLog

/// Finds out which calls of a program its operations are, and writes ``CallTable``.
final class CallFile {
  static let fileName = "calls.txt"

  /// One that has executed another program has other code.
  private struct Process: Hashable {
    var number: UInt32
    var program: UInt32

    init(_ record: JournalRecord) {
      number = record.fields.process
      program = record.fields.program
    }
  }

  private struct Origin: Hashable {
    var path: FilePath
    var inode: UInt64
  }

  private let file: LogFile
  private var byteCount: UInt64 = 0
  /// What a process has told, one after the other.
  private var code: [Process: [ToldCode]] = [:]
  /// `nil`: of a file that was another one by then.
  private var numbers: [Origin: Int?] = [:]
  private var fileCount = 0

  init(_ path: String, mode: CopyMode) throws(RecorderError) {
    file = try LogFile(path, mode: mode)
  }

  /// Takes what a process has told of its code. To be called as soon as it can be read.
  func learn(_ record: JournalRecord) {
    code[Process(record), default: []].append(
      ToldCode(number: record.submitted, code: LoadedCode(record.payload())))
  }

  /// The call that a record is about; `nil` where nothing sure can be said.
  func call(of record: JournalRecord) throws(RecorderError) -> CallTable.Call? {
    let (process, address) = (Process(record), record.fields.caller)
    if address == 0 || record.isKind(PCJ_MARK) { return nil }
    guard let told = code[process]?.lastIndex(where: { $0.number <= record.submitted }) else {
      return nil
    }
    if let call = code[process]?[told].calls[address] { return call }
    let place = code[process]?[told].code.place(of: address)
    let call = try place.flatMap { place throws(RecorderError) in
      try number(of: place.path, inode: place.inode).map {
        CallTable.Call(file: $0, byteOffset: place.byteOffset)
      }
    }
    code[process]?[told].calls[address] = .some(call)
    return call
  }

  func add(_ call: CallTable.Call, line: Int) throws(RecorderError) {
    try add(CallTable.line(call, of: line))
  }

  func flush() throws(RecorderError) { try file.flush() }

  private func add(_ line: String) throws(RecorderError) {
    let bytes = Array((line + "\n").utf8)
    try file.write(bytes, at: byteCount)
    byteCount += UInt64(bytes.count)
  }

  /// `nil` for a file that is another one by now.
  private func number(of path: FilePath, inode: UInt64) throws(RecorderError) -> Int? {
    let origin = Origin(path: path, inode: inode)
    if let known = numbers[origin] { return known }
    guard let found = CallTable.CodeFile.found(at: path), found.inode == inode else {
      numbers[origin] = .some(nil)
      return nil
    }
    fileCount += 1
    try add(CallTable.line(found.file, number: fileCount))
    numbers[origin] = fileCount
    return fileCount
  }
}

/// What a process has told of its code, from one number of the order on.
private struct ToldCode {
  var number: UInt64
  var code: LoadedCode
  /// What was found out of addresses.
  var calls: [UInt64: CallTable.Call?] = [:]
}

extension CallTable.CodeFile {
  fileprivate static func found(at path: FilePath) -> (file: Self, inode: UInt64)? {
    var identity = pcj_identity_of_file()
    guard unsafe path.withCString({ unsafe pcj_identify(AT_FDCWD, $0, 0, &identity) }) == 0,
      (0..<Int64.max / 1_000_000_000).contains(identity.modified_seconds)
    else { return nil }
    let file = Self(
      byteCount: identity.byte_count,
      modifiedNanoseconds: Int(identity.modified_seconds) * 1_000_000_000
        + Int(identity.modified_nanoseconds), path: path)
    return (file, identity.inode)
  }

  /// Whether the file is still the one whose code was recorded.
  package var isUnchanged: Bool { Self.found(at: path)?.file == self }
}
