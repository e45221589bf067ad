/// A path, or a name of one, as the kernel has it: bytes without a zero, which need not be UTF-8.
///
/// Two are the same where their bytes are: é as one character and é as two are two names.
package struct FilePath: Hashable, Comparable, Sendable {
  private static let slash = UInt8(ascii: "/")

  package let bytes: [UInt8]

  package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  package init(_ text: String) { bytes = Array(text.utf8) }

  /// The folder that everything else is relative to.
  package static let here = FilePath(".")

  package static func < (one: FilePath, other: FilePath) -> Bool {
    one.bytes.lexicographicallyPrecedes(other.bytes)
  }

  package var isAbsolute: Bool { bytes.first == Self.slash }

  /// What stands between the slashes, empty parts too.
  package var parts: [FilePath] {
    bytes.split(separator: Self.slash, omittingEmptySubsequences: false).map { FilePath($0) }
  }

  /// What stands behind the last slash.
  package var name: FilePath {
    bytes.lastIndex(of: Self.slash).map { FilePath(bytes[($0 + 1)...]) } ?? self
  }

  /// What stands in front of the last slash; ``here`` where there is none.
  package var folder: FilePath {
    switch bytes.lastIndex(of: Self.slash) {
    case nil: .here
    case 0: FilePath("/")
    case let place?: FilePath(bytes[..<place])
    }
  }

  /// A name in this folder.
  package func appending(_ name: FilePath) -> FilePath {
    if self == .here { return name }
    return FilePath(bytes + (bytes.last == Self.slash ? [] : [Self.slash]) + name.bytes)
  }

  package func appending(_ name: String) -> FilePath { appending(FilePath(name)) }

  /// The path from a folder above it on; `nil` where that is none.
  package func relative(to folder: FilePath) -> FilePath? {
    if self == folder { return .here }
    let prefix = folder.bytes.last == Self.slash ? folder.bytes : folder.bytes + [Self.slash]
    return bytes.starts(with: prefix) ? FilePath(bytes.dropFirst(prefix.count)) : nil
  }

  /// Calls `body` with the bytes and a zero behind them, as system calls take a path.
  package func withCString<Outcome, Failure: Error>(
    _ body: (UnsafePointer<CChar>) throws(Failure) -> Outcome
  ) throws(Failure) -> Outcome {
    let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
    return try unsafe terminated.withUnsafeBufferPointer {
      (characters) throws(Failure) -> Outcome in
      guard let start = characters.baseAddress else {
        preconditionFailure("there is a zero in every path")
      }
      return unsafe try body(start)
    }
  }
}

extension FilePath: CustomStringConvertible {
  /// For readers: a byte that is no part of UTF-8 is written as \xFF.
  package var description: String {
    ValidText.parts(of: bytes).map { part in
      switch part {
      case .text(let text): String(decoding: text, as: UTF8.self)
      case .other(let byte): "\\x" + HexadecimalByte.digits(byte)
      }
    }.joined()
  }
}

extension FilePath: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self.init(text) }
}
