extension [UInt8] {
  /// Overwrites from `index` on. One raw copy: a debug build replaces a subrange byte by byte, a
  /// hundred times slower, and tests recover thousands of images.
  package mutating func overwrite(at index: Int, with bytes: [UInt8], _ part: Range<Int>) {
    precondition(index >= 0 && index + part.count <= count, "a copy inside of the array")
    unsafe withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[index..<index + part.count])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[part]))
      }
    }
  }

  /// Makes a part zero, in the same way.
  package mutating func zero(_ part: Range<Int>) {
    precondition(part.lowerBound >= 0 && part.upperBound <= count, "a part of the array")
    unsafe withUnsafeMutableBytes { target in
      _ = unsafe UnsafeMutableRawBufferPointer(rebasing: target[part])
        .initializeMemory(as: UInt8.self, repeating: 0)
    }
  }
}
