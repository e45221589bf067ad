extension ByteRegion {
  /// Gives each part of a range that may hold anything but zeroes to `body`, ascending: all but the holes of a file, which
  /// are found without being read.
  package func forEachDataRange<Failure: Error>(
    in range: Range<Int>, _ body: (Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    var start = range.lowerBound
    while start < range.upperBound {
      let extent = extent(at: start)
      let end = min(extent?.endByteOffset ?? range.upperBound, range.upperBound)
      if extent?.isHole != true { try body(start..<end) }
      start = end
    }
  }
}
