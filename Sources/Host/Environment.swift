import Glibc

/// The variables that this process was started with.
public enum Environment {
  /// `nil` where the variable is not set.
  public static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}
