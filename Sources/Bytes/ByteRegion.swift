import CXXHash

/// Bytes that somebody else keeps in memory: a mapped file, or a copy of an array.
///
/// This is the one place where raw memory is touched. A log is read through it and never copied:
/// loading a 64-byte header out of a mapping takes 2 ns this way and 9 ns through an array with a
/// cursor. Every access is checked against ``byteCount``; an access outside is a mistake of ours,
/// never of a file, so it is a precondition.
@safe package final class ByteRegion: @unchecked Sendable {
  @usableFromInline let memory: UnsafeRawBufferPointer
  private let release: @Sendable (UnsafeRawBufferPointer) -> Void
  private let forget: (@Sendable (Range<Int>) -> Void)?
  private let expect: (@Sendable (Range<Int>) -> Void)?
  private let findExtent: (@Sendable (Int) -> SparseExtent?)?

  /// How many bytes there are.
  package var byteCount: Int { unsafe memory.count }

  /// Takes over `memory`, which must stay valid and unchanged until `release` is called with it.
  ///
  /// - Parameters:
  ///   - forget: drops the pages of a range from memory; they come back when touched.
  ///   - expect: begins to read a range from where it comes from, and does not wait for it.
  ///   - findExtent: says of a byte whether it lies in a hole, and how far that goes.
  @unsafe package init(
    unsafeMemory memory: UnsafeRawBufferPointer,
    forget: (@Sendable (Range<Int>) -> Void)? = nil,
    expect: (@Sendable (Range<Int>) -> Void)? = nil,
    findExtent: (@Sendable (Int) -> SparseExtent?)? = nil,
    release: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
  ) {
    unsafe self.memory = memory
    unsafe self.release = release
    self.forget = forget
    self.expect = expect
    self.findExtent = findExtent
  }

  /// A copy of `bytes`.
  package init(_ bytes: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    unsafe copy.copyBytes(from: bytes)
    unsafe memory = UnsafeRawBufferPointer(copy)
    unsafe release = { unsafe $0.deallocate() }
    forget = nil
    expect = nil
    findExtent = nil
  }

  deinit {
    unsafe release(memory)
  }

  /// The little-endian integer at `byteOffset`.
  @inlinable
  package func load<Value: FixedWidthInteger>(at byteOffset: Int, as type: Value.Type) -> Value {
    precondition(
      byteOffset >= 0 && byteOffset <= byteCount - MemoryLayout<Value>.size,
      "a load outside of the region")
    return Value(
      littleEndian: unsafe memory.loadUnaligned(fromByteOffset: byteOffset, as: Value.self))
  }

  /// Whether the bytes of `range` are all zero.
  package func isZero(in range: Range<Int>) -> Bool {
    check(range)
    var byteOffset = range.lowerBound
    while byteOffset + 8 <= range.upperBound {
      if load(at: byteOffset, as: UInt64.self) != 0 { return false }
      byteOffset += 8
    }
    while byteOffset < range.upperBound {
      if load(at: byteOffset, as: UInt8.self) != 0 { return false }
      byteOffset += 1
    }
    return true
  }

  /// A copy of the bytes of `range`.
  package func bytes(in range: Range<Int>) -> [UInt8] {
    check(range)
    return unsafe [UInt8](UnsafeRawBufferPointer(rebasing: memory[range]))
  }

  /// Copies the bytes of `range` over those of `target` from `index` on.
  package func copyBytes(in range: Range<Int>, to target: inout [UInt8], at index: Int) {
    check(range)
    precondition(index >= 0 && range.count <= target.count - index, "a copy inside of the array")
    unsafe target.withUnsafeMutableBytes { target in
      unsafe UnsafeMutableRawBufferPointer(rebasing: target[index..<index + range.count])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[range]))
    }
  }

  /// Lends the bytes of `range` to `body`, which must not keep the pointer.
  @unsafe package func withUnsafeBytes<Result, Failure: Error>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    check(range)
    return unsafe try body(UnsafeRawBufferPointer(rebasing: memory[range]))
  }

  /// Whether the region is so large (above 1 GiB) that a walk through it should give pages back. In a
  /// smaller one that costs more than it gains: mapping 660 MB anew takes as long as hashing them.
  package var isWorthForgetting: Bool { byteCount > 1 << 30 }

  /// Says that `range` will not be read again soon, so that walking through a mapped file of any
  /// length stays in constant memory.
  package func forgetPages(in range: Range<Int>) {
    check(range)
    forget?(range)
  }

  /// Says that `range` will be read soon, all of it.
  package func expectReading(of range: Range<Int>) {
    check(range)
    expect?(range)
  }

  /// Whether the byte at `byteOffset` lies in a hole of a file, and where the hole or the data ends,
  /// found out without reading; `nil` where nobody can tell.
  package func extent(at byteOffset: Int) -> SparseExtent? {
    precondition(byteOffset >= 0 && byteOffset < byteCount, "a byte of the region")
    return findExtent?(byteOffset)
  }

  @inlinable
  func check(_ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= byteCount, "a range outside of the region")
  }
}
