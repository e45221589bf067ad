/// Where a server listens.
package enum NBDAddress: Hashable, Sendable {
  /// A socket in the file system, for its owner alone.
  case unixSocket(path: String)
  /// A port of this machine's loopback; a server at 0 takes a free one.
  case loopback(port: Int)
}
