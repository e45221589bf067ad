/// What the structures of an image say, for a person who looks at one.
package struct ImageListing {
  /// One thing that they say.
  package struct Fact: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package var facts: [Fact]
  /// Calls its argument with each entry of the image's table, in order, as long as it answers `true`: there
  /// can be millions.
  package var forEachEntry: ((Fact) throws -> Bool) throws -> Void

  package init(
    facts: [Fact], forEachEntry: @escaping ((Fact) throws -> Bool) throws -> Void
  ) {
    self.facts = facts
    self.forEachEntry = forEachEntry
  }
}
