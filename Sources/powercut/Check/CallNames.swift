import Bytes
import Host
import Recorder
import Synchronization
import ToolSupport
import WriteLog

/// The calls of a recorded program by their names: function, file and line where the program has debug information.
final class CallNames: Sendable {
  private let table: CallTable
  private let known = Mutex<[CallTable.Call: String]>([:])

  /// - Parameter recording: the folder with `joint.txt`. One of before there were `calls.txt` names no calls.
  init(_ recording: String) throws {
    let path = "\(recording)/\(Recorder.callsName)"
    guard Folders.exists(path) else {
      table = CallTable()
      return
    }
    do {
      table = try CallTable(parsing: try InputFile.text(path, maximumByteCount: 1 << 30))
    } catch let error as RecordingTextError {
      throw ToolError("\(path): \(error)")
    }
  }

  /// `by store, counter.c:24`; `nil` where it is not known.
  func words(ofLine line: Int) -> String? {
    guard let call = table[line] else { return nil }
    return known.withLock { known in
      let words = known[call] ?? "by \(name(of: call))"
      known[call] = words
      return words
    }
  }

  private func name(of call: CallTable.Call) -> String {
    let file = table.file(of: call)
    if Self.isLibraryOfC(file.path) { return "a stream of the C library, '\(file.path.name)'" }
    // Of a program that was built anew the place is in other code.
    if file.isUnchanged, let name = Self.function(at: call.byteOffset, in: file.path) {
      return name
    }
    return "'\(file.path.name)', byte \(call.byteOffset)"
  }

  /// Its own calls that are seen are those that write a stream's buffer.
  private static func isLibraryOfC(_ path: FilePath) -> Bool {
    let name = "\(path.name)"
    return name == "libc.so.6" || name.hasPrefix("libc-2.") || name.hasPrefix("ld-musl-")
  }

  /// Asks binutils' addr2line, where it is installed.
  private static func function(at byteOffset: Int, in path: FilePath) -> String? {
    guard let address = CodeAddress.address(ofByte: byteOffset, in: path), address > 0,
      // In the call, and not behind it.
      let outcome = try? ChildProcess.run(
        argv: ["addr2line", "-f", "-C", "-e", "\(path)", "0x" + String(address - 1, radix: 16)],
        timeLimit: .seconds(20)),
      outcome.status == .exited(0)
    else { return nil }
    let lines = outcome.outputText.split(separator: "\n").map(String.init)
    guard lines.count == 2, lines[0] != "??" else { return nil }
    let place = lines[1].split(separator: " ")[0].split(separator: "/").last.map(String.init) ?? "?"
    return place.contains("?") ? "\(lines[0]) in '\(path.name)'" : "\(lines[0]), \(place)"
  }
}
