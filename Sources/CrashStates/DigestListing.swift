import Bytes

/// A line for each cut of a log: how many entries happened, a space, the digest of the disk then.
public struct DigestListing: RandomAccessCollection {
  private let history: DiskHistory

  public init(_ history: DiskHistory) {
    self.history = history
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { history.entryCount + 1 }

  public subscript(cut: Int) -> String { "\(cut) \(history.digest(atCut: cut))" }
}
