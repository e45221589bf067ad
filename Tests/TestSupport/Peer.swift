import Host

/// Another program whose answer ours is compared with.
///
/// A test that needs one fails where it is missing: a skipped comparison looks like one that held.
package struct Peer: Sendable {
  /// The program's name or path.
  package var program: String
  /// Which Debian package has it.
  package var package: String

  package static let qemuImage = Peer(program: "qemu-img", package: "qemu-utils")
  package static let qemuIO = Peer(program: "qemu-io", package: "qemu-utils")
  package static let qemuNBD = Peer(program: "qemu-nbd", package: "qemu-utils")
  package static let nbdkit = Peer(program: "nbdkit", package: "nbdkit")
  package static let xxhsum = Peer(program: "xxhsum", package: "xxhash")
  package static let vhdiInfo = Peer(program: "vhdiinfo", package: "libvhdi-utils")
  /// Debian's Python, whatever else is on PATH: it has the module `xxhash`.
  package static let python = Peer(program: "/usr/bin/python3", package: "python3-xxhash")

  package init(program: String, package: String) {
    self.program = program
    self.package = package
  }

  /// Runs the program and returns what it wrote to standard output.
  ///
  /// - Throws: ``PeerError`` where it is missing, exits with anything but 0, dies by a signal, or
  ///   runs for more than two minutes.
  @discardableResult
  package func run(
    _ arguments: [String], input: [UInt8]? = nil, workingDirectory: String? = nil
  ) throws -> String {
    let outcome = try attempt(arguments, input: input, workingDirectory: workingDirectory)
    guard outcome.status == .exited(0) else {
      throw PeerError(
        "\(([program] + arguments).joined(separator: " ")): \(outcome.status), not exit 0.\n"
          + outcome.outputText + outcome.errorText)
    }
    return outcome.outputText
  }

  /// Runs the program, however it may end.
  ///
  /// - Throws: ``PeerError`` where it is missing.
  package func attempt(
    _ arguments: [String], input: [UInt8]? = nil, workingDirectory: String? = nil
  ) throws -> ChildProcess.Outcome {
    do {
      return try ChildProcess.run(
        argv: [program] + arguments, input: input, environment: ["LC_ALL": "C"],
        workingDirectory: workingDirectory, timeLimit: .seconds(120))
    } catch {
      throw PeerError(
        "\(error.description) It is in the Debian package '\(package)': run scripts/bootstrap.")
    }
  }
}

/// Why a peer gave no answer.
package struct PeerError: Error, CustomStringConvertible {
  package var description: String

  init(_ description: String) {
    self.description = description
  }
}

extension Peer {
  /// What `xxhsum` says of a file, in lower-case hexadecimal digits.
  ///
  /// - Parameter algorithm: 2 for XXH3-128, 3 for XXH3-64.
  package static func xxhsum(algorithm: Int, ofFile path: String) throws -> String {
    let output = try xxhsum.run(["-H\(algorithm)", path])
    // `<digits>  <path>`, or `XXH3 (<path>) = <digits>`, or `XXH3_<digits>  <path>`: the releases
    // of xxhsum differ.
    let words = output.split { $0 == " " || $0 == "\n" }.map(String.init)
    let digits = output.contains(") = ") ? words.last : words.first
    guard let digits else { throw PeerError("xxhsum printed nothing for \(path)") }
    return digits.hasPrefix("XXH3_") ? String(digits.dropFirst("XXH3_".count)) : digits
  }
}

/// Makes what a test needs by means that are not ours: runs `script` in bash, where a failing
/// command ends it.
///
/// - Throws: ``PeerError`` unless it exits with 0.
@discardableResult
package func shell(_ script: String) throws -> String {
  try Peer(program: "bash", package: "bash").run(["-c", "set -euo pipefail\n\(script)"])
}
