import Glibc

/// A stream socket to a program of this machine, on which nothing ever waits.
package final class LocalConnection {
  private var descriptor: Int32
  /// Whether the program has closed its end, or is gone.
  package private(set) var isClosed = false

  /// Connects to a listener.
  ///
  /// - Returns: `nil` where nobody listens at `path` yet.
  /// - Throws: ``HostError`` where there can be no connection.
  package init?(to path: String) throws(HostError) {
    let address = try SocketAddress(path)
    // SOCK_NONBLOCK and SOCK_CLOEXEC are those of files.
    let kind = Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC
    descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else {
      throw HostError("make a socket to", path, errorNumber: errno)
    }
    if address.connect(descriptor) == 0 { return }
    let errorNumber = errno
    _ = Glibc.close(descriptor)
    descriptor = -1
    // No file, no listener, or one that has no room for another client now.
    if [ENOENT, ECONNREFUSED, EAGAIN].contains(errorNumber) { return nil }
    throw HostError("connect to", path, errorNumber: errorNumber)
  }

  deinit { close() }

  /// Whether `path` is a socket of this user's which nobody listens at: what a killed server leaves.
  package static func isAbandoned(_ path: String) -> Bool {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.isSocket, status.st_uid == geteuid(),
      let address = try? SocketAddress(path)
    else { return false }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
    defer { if descriptor >= 0 { _ = Glibc.close(descriptor) } }
    return descriptor >= 0 && address.connect(descriptor) != 0 && errno == ECONNREFUSED
  }

  /// Sends as much as the kernel takes now.
  ///
  /// - Returns: how many bytes that is; all of them where nobody will ever read them.
  package func send(_ bytes: ArraySlice<UInt8>) -> Int {
    if bytes.isEmpty || isClosed { return bytes.count }
    let count = unsafe bytes.withUnsafeBytes { bytes in
      SystemCall.retrying {
        unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
    }
    if count >= 0 { return count }
    // What it has sent before it went away is still there to be read.
    return errno == EAGAIN ? 0 : bytes.count
  }

  /// What has come since the last call.
  package func newBytes() -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while !isClosed {
      let count = SystemCall.retrying { unsafe recv(descriptor, &buffer, buffer.count, 0) }
      if count < 0, errno == EAGAIN { break }
      guard count > 0 else {
        isClosed = true
        break
      }
      bytes.append(contentsOf: buffer.prefix(count))
    }
    return bytes
  }

  /// Whether the program has taken all that was sent.
  package var isInputTaken: Bool {
    // SIOCOUTQ of linux/sockios.h.
    var byteCount: Int32 = 0
    guard !isClosed, unsafe ioctl(descriptor, 0x5411, &byteCount) == 0 else { return true }
    return byteCount == 0
  }

  package func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
    isClosed = true
  }
}

/// The address of a socket in a folder.
private struct SocketAddress {
  private var address = sockaddr_un()

  /// - Throws: ``HostError`` where the path is longer than an address can be.
  init(_ path: String) throws(HostError) {
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8) + [0]
    let limit = MemoryLayout.size(ofValue: address.sun_path)
    guard bytes.count <= limit else {
      throw HostError(
        "connect to", path, found: "a path of \(bytes.count - 1) bytes",
        hint: "A socket's path has at most \(limit - 1) bytes: set TMPDIR to a shorter one.")
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
  }

  func connect(_ descriptor: Int32) -> Int32 {
    SystemCall.retrying {
      unsafe withUnsafePointer(to: address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          unsafe Glibc.connect(
            descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
  }
}
