/// The `inspect` command for one image.
package protocol ImageInspecting {
  /// Prints everything and returns the exit status.
  func run(_ format: InspectFormat) throws -> Int32
}
