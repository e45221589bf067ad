/// Makes a list that fails as short as it can be: without any one of what is left it does not fail.
///
/// Parts of the list are tried alone, then everything but one part, in parts that become smaller.
///
/// Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002), ddmin.
package enum DeltaDebugging {
  /// - Parameters:
  ///   - items: all of them fail together.
  ///   - fails: asked of items in their order, some of them left out.
  package static func minimized<Item, Failure: Error>(
    _ items: [Item], _ fails: ([Item]) throws(Failure) -> Bool
  ) throws(Failure) -> [Item] {
    var items = items
    if items.isEmpty { return items }
    if try fails([]) { return [] }
    var partCount = 2
    while items.count > 1 {
      if let smaller = try reduced(items, partCount, fails) {
        // A part alone is cut in two again; what is left without a part keeps the size of parts.
        partCount = smaller.count * 2 > items.count ? max(2, partCount - 1) : 2
        items = smaller
      } else if partCount < items.count {
        partCount = min(partCount * 2, items.count)
      } else {
        break
      }
    }
    return items
  }

  private static func reduced<Item, Failure: Error>(
    _ items: [Item], _ partCount: Int, _ fails: ([Item]) throws(Failure) -> Bool
  ) throws(Failure) -> [Item]? {
    let parts = parts(of: items, min(partCount, items.count))
    for part in parts where try fails(Array(part)) { return Array(part) }
    if parts.count == 2 { return nil }
    for part in parts {
      let others = Array(items[..<part.startIndex] + items[part.endIndex...])
      if try fails(others) { return others }
    }
    return nil
  }

  /// As even as whole items allow, none empty.
  private static func parts<Item>(of items: [Item], _ partCount: Int) -> [ArraySlice<Item>] {
    (0..<partCount).map { place in
      items[items.count * place / partCount..<items.count * (place + 1) / partCount]
    }
  }
}
