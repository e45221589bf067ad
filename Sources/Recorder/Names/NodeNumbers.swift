/// Gives what stands behind names its numbers, which `joint.txt` and the listings of a recording tell it by.
final class NodeNumbers {
  private var next: Int
  private var numbers: [FileKey: Int] = [:]

  /// - Parameter first: the first number that is given.
  init(first: Int) { next = first }

  /// That of a regular file, whatever its names.
  func number(of key: FileKey) -> Int {
    if let number = numbers[key] { return number }
    let number = new()
    numbers[key] = number
    return number
  }

  func new() -> Int {
    defer { next += 1 }
    return next
  }
}
