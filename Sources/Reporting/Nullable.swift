/// Encodes `nil` as `null` instead of leaving the key out.
public struct Nullable<Value: Encodable>: Encodable {
  private let value: Value?

  public init(_ value: Value?) {
    self.value = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
