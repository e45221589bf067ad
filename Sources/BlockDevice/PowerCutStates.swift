import Bytes

/// Everything that a device could have been left with, had the power failed at any moment of a trace.
///
/// At a moment, what was stable by then is there. Every other operation that had been submitted by
/// then, whether it had completed or not, is there or not. Each took effect at some time between its
/// submission and its completion: one that was submitted after another had completed came later, and
/// two that were in flight together may have been carried out in either order. An operation that failed left nothing.
///
/// This is the device's own word, worked out from its trace alone, for comparing what a log of it says.
package struct PowerCutStates {
  private let operations: [DeviceOperation]
  private let initialContents: SparseBytes

  /// - Parameter trace: all operations of the device.
  package init(trace: [DeviceOperation], initialContents: SparseBytes) {
    operations = trace.filter { $0.isModifying && $0.error == nil }
      .sorted { ($0.completedAt ?? .max) < ($1.completedAt ?? .max) }
    self.initialContents = initialContents
  }

  /// Calls `body` with every state, some of them more than once.
  ///
  /// - Returns: `false` where they are more than the limit, and not all were gone through.
  package func forEach(limit: Int, _ body: (SparseBytes) -> Void) -> Bool {
    var left = limit
    for moment in moments {
      guard forEach(at: moment, &left, body) else { return false }
    }
    return true
  }

  /// The moments right before anything became stable, and the end: at the others there is no more to
  /// choose from.
  private var moments: [UInt64] {
    Set(operations.compactMap(\.stableAt)).sorted() + [.max]
  }

  private func forEach(
    at moment: UInt64, _ left: inout Int, _ body: (SparseBytes) -> Void
  ) -> Bool {
    let submitted = operations.filter { $0.submittedAt < moment }
    let optional = submitted.indices.filter { index in
      submitted[index].stableAt.map { $0 >= moment } ?? true
    }
    guard optional.count < 31, 1 << optional.count <= left else { return false }
    for subset in 0..<(1 << optional.count) {
      var lost: Set<Int> = []
      for (bit, index) in optional.enumerated() where (subset >> bit) & 1 == 0 {
        lost.insert(index)
      }
      let present = submitted.indices.filter { !lost.contains($0) }.map { submitted[$0] }
      guard apply(present[...], to: initialContents, &left, body) else { return false }
    }
    return true
  }

  /// Carries operations out in every order that makes a difference.
  private func apply(
    _ rest: ArraySlice<DeviceOperation>, to contents: SparseBytes, _ left: inout Int,
    _ body: (SparseBytes) -> Void
  ) -> Bool {
    var contents = contents
    var rest = rest
    // What competes with nothing goes as soon as all that must be before it is done.
    while let index = rest.indices.first(where: { isFree(rest[$0], among: rest) }) {
      rest.remove(at: index).apply(to: &contents)
    }
    guard !rest.isEmpty else {
      left -= 1
      body(contents)
      return left >= 0
    }
    for index in rest.indices {
      let next = rest[index]
      if rest.contains(where: { $0.mustPrecede(next) }) { continue }
      var others = rest
      others.remove(at: index)
      var after = contents
      next.apply(to: &after)
      guard apply(others, to: after, &left, body) else { return false }
    }
    return true
  }

  private func isFree(
    _ operation: DeviceOperation, among rest: ArraySlice<DeviceOperation>
  ) -> Bool {
    !rest.contains { $0.competes(with: operation) || $0.mustPrecede(operation) }
  }
}

extension DeviceOperation {
  /// Whether the order of both shows.
  private func touchesTheSame(as other: DeviceOperation) -> Bool {
    action == .resize || other.action == .resize || range.overlaps(other.range)
  }

  /// Whether it was over before the other one began. That holds for any two: an operation that came
  /// before the first and after the second would have to take effect twice.
  fileprivate func mustPrecede(_ other: DeviceOperation) -> Bool {
    (completedAt ?? .max) < other.submittedAt
  }

  /// Whether either of both could have been first, and it shows.
  fileprivate func competes(with other: DeviceOperation) -> Bool {
    submittedAt != other.submittedAt && touchesTheSame(as: other)
      && submittedAt < other.completedAt ?? .max && other.submittedAt < completedAt ?? .max
  }
}
