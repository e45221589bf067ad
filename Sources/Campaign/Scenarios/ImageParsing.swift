import Bytes
import ImageStacks
import Scheduling
import Yams

/// The `image` of a scenario file: what the run starts from.
struct ImageParsing {
  private let configuration: RunConfiguration

  init(_ configuration: RunConfiguration) {
    self.configuration = configuration
  }

  func parse(_ node: Node) throws(ScenarioError) -> ImageConfiguration {
    guard configuration.stack.image.isOfKnownFormat else {
      throw ScenarioError(line: node.mark?.line, "'image' belongs to a stack of images")
    }
    let item = try ScenarioNode(
      node, named: "image",
      keys: ["block", "sector", "log", "fixed", "worn"] + Self.keysOfWriters)
    try ProgramParsing(configuration.stack).refuse(["worn"] + Self.keysOfWriters, in: item)
    var image = ImageConfiguration()
    if let block = try item.byteCount("block", in: 1...UInt64(UInt32.max)) {
      image.blockByteCount = UInt32(block)
    }
    if let sector = try item.byteCount("sector", in: 512...4096) {
      image.logicalSectorByteCount = UInt32(sector)
    }
    if let log = try item.byteCount("log", in: 1...(64 << 20)) {
      image.logByteCount = UInt32(log)
    }
    let fixed = item.node("fixed")
    if let fixed {
      image.isFixed = try fixed.truth(named: "fixed")
    }
    if let start = try ringPlace("ring-start", of: item, image) {
      image.firstRingByteOffset = start
    }
    image.usableRingByteCount = try ringPlace("ring-usable", of: item, image)
    if let usable = image.usableRingByteCount,
      usable < 3 * UInt64(ImageConfiguration.logSectorByteCount)
    {
      throw ScenarioError(line: item.line, "'ring-usable' has room for one entry: 12 KiB at least")
    }
    if let count = try item.integer("checkpoint", in: 1...1000) {
      image.entriesPerCheckpoint = count
    }
    image.entrySectorLimit = try item.integer("entry-sectors", in: 1...126)
    if let worn = item.node("worn") {
      image.isWorn = try worn.truth(named: "worn")
    }
    return image
  }

  /// What a program under test decides by itself.
  private static let keysOfWriters = ["ring-start", "ring-usable", "checkpoint", "entry-sectors"]

  /// Whether the format allows such an image.
  func check(line: Int?) throws(ScenarioError) {
    if let problem = configuration.imageStack?.problem(of: configuration.imageSetup) {
      throw ScenarioError(line: line, problem)
    }
  }

  private func ringPlace(
    _ key: String, of item: ScenarioNode, _ image: ImageConfiguration
  ) throws(ScenarioError) -> UInt64? {
    let most = UInt64(image.logByteCount)
    guard let place = try item.byteCount(key, in: 0...most) else { return nil }
    guard place % UInt64(ImageConfiguration.logSectorByteCount) == 0 else {
      throw ScenarioError(
        line: item.line,
        "'\(key)' must be whole sectors of \(ImageConfiguration.logSectorByteCount) bytes")
    }
    return place
  }
}
