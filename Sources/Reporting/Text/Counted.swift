/// `1 entry`, `2 entries`.
///
/// - Parameter many: `nil` for the word with an s.
package func counted<Count: BinaryInteger>(
  _ count: Count, _ one: String, _ many: String? = nil
) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
