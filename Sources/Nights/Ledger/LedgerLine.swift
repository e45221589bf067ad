/// One line of a ledger: what a worker has done, in the order in which it was done.
package enum LedgerLine: Hashable, Sendable {
  /// A worker begins.
  case start(WorkerStart)
  /// Seeds were carried out.
  case seeds(SeedsDone)
  /// A finding was made smaller, or cannot be.
  case minimized(MinimizedFinding)
  /// A finding of an earlier night was tried again.
  case tried(TriedFinding)
  /// The planted bug was looked for.
  case canary(CanaryAnswer)
  /// Something kept the worker from what it was to do.
  case obstacle(WorkerObstacle)
  /// The worker has ended by itself; where this is missing it was killed.
  case end(WorkerEnd)
}

extension LedgerLine: Codable {
  private enum Key: String, CodingKey { case line }

  private enum Name: String, Codable {
    case start, seeds, minimized, tried, canary, obstacle, end
  }

  package init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Key.self).decode(Name.self, forKey: .line) {
    case .start: self = .start(try WorkerStart(from: decoder))
    case .seeds: self = .seeds(try SeedsDone(from: decoder))
    case .minimized: self = .minimized(try MinimizedFinding(from: decoder))
    case .tried: self = .tried(try TriedFinding(from: decoder))
    case .canary: self = .canary(try CanaryAnswer(from: decoder))
    case .obstacle: self = .obstacle(try WorkerObstacle(from: decoder))
    case .end: self = .end(try WorkerEnd(from: decoder))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .line)
    switch self {
    case .start(let line): try line.encode(to: encoder)
    case .seeds(let line): try line.encode(to: encoder)
    case .minimized(let line): try line.encode(to: encoder)
    case .tried(let line): try line.encode(to: encoder)
    case .canary(let line): try line.encode(to: encoder)
    case .obstacle(let line): try line.encode(to: encoder)
    case .end(let line): try line.encode(to: encoder)
    }
  }

  private var name: Name {
    switch self {
    case .start: .start
    case .seeds: .seeds
    case .minimized: .minimized
    case .tried: .tried
    case .canary: .canary
    case .obstacle: .obstacle
    case .end: .end
    }
  }
}
