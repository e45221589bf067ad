/// Why a program could not be run as it has to be: a sentence without its full stop.
package struct ProgramFailure: Error, CustomStringConvertible {
  package var reason: String

  package var description: String { reason }
}

extension String {
  /// As a reason is.
  var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
