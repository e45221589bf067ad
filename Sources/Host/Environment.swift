import Glibc

/// The variables that this process was started with.
package enum Environment {
  /// `nil` where the variable is not set.
  package static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}
