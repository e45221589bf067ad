import Bytes

extension LogRing {
  /// Calls `body` with each descriptor of an entry, in order; those without a known signature are
  /// left out.
  ///
  /// Source: [MS-VHDX] 2.3.1.
  package func forEachDescriptor<Failure: Error>(
    of entry: FoundLogEntry, _ body: (LogDescriptor) throws(Failure) -> Void
  ) throws(Failure) {
    var cursor = DescriptorCursor(entry, ring: self)
    while let place = cursor.next() {
      if let descriptor = place.descriptor { try body(descriptor) }
    }
  }
}
