import Bytes

/// A line for each cut of a log: how many entries happened, a space, the digest of the disk then.
package struct DigestListing: RandomAccessCollection {
  private let history: DiskHistory

  package init(_ history: DiskHistory) {
    self.history = history
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { history.entryCount + 1 }

  package subscript(cut: Int) -> String { "\(cut) \(history.digest(atCut: cut))" }
}
