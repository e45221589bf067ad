import Bytes
import WriteLog

/// Something that a program says in its recording: that it has done something, or what it promises from then on.
package struct RecordedMark: Hashable, Sendable {
  package var text: String
  /// The first cut behind it.
  package var cut: Int

  /// The marks of a disk's log, without those that Powercut writes for itself.
  static func list(in index: WriteLogIndex) -> [RecordedMark] {
    (0..<index.entryCount).compactMap { place in
      guard index[place].kind == .mark else { return nil }
      let text = index.text(of: index[place])
      return text.hasPrefix(ClientMark.prefix) ? nil : RecordedMark(text: text, cut: place + 1)
    }
  }

  /// The marks of `joint.txt`.
  static func list(in lines: some Sequence<JointLine>) -> [RecordedMark] {
    lines.enumerated().compactMap { step, line in
      guard case .mark(let text) = line else { return nil }
      return RecordedMark(text: text, cut: step + 1)
    }
  }
}
