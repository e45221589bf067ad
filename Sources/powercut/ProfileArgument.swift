import ArgumentParser
import VHDX

extension RecoveryProfile: ExpressibleByArgument {
  /// What can be named on a command line.
  static let named = [exact, qemu7222]
  static let names = named.map(\.name).joined(separator: ", ")

  public init?(argument: String) {
    guard let found = Self.named.first(where: { $0.name == argument }) else { return nil }
    self = found
  }

  public static var allValueStrings: [String] { named.map(\.name) }
  public var defaultValueDescription: String { name }
}
