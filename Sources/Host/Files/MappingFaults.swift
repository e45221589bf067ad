import Glibc
import Synchronization

/// Which files are mapped where, so that a SIGBUS can be told as what it is: a file that was cut short, or
/// memory for a file that could not be had.
package enum MappingFaults {
  private struct Mapping {
    var path: String
    var fileByteOffset: UInt64
    var start: UInt
    var byteCount: Int
  }

  private static let mappings = Mutex<[Int: Mapping]>([:])
  private static let count = Atomic<Int>(0)
  private static let faultAddress = Atomic<UInt>(0)

  /// To be called once a part of a file is mapped.
  ///
  /// - Parameters:
  ///   - fileByteOffset: where the part begins in the file.
  ///   - start: the address of its first byte.
  /// - Returns: what to forget it by.
  package static func note(
    _ path: String, fromByte fileByteOffset: UInt64 = 0, at start: UInt, byteCount: Int
  ) -> Int {
    let number = count.add(1, ordering: .relaxed).newValue
    let mapping = Mapping(
      path: path, fileByteOffset: fileByteOffset, start: start, byteCount: byteCount)
    mappings.withLock { $0[number] = mapping }
    return number
  }

  /// To be called before the part is unmapped.
  package static func forget(_ number: Int) {
    mappings.withLock { _ = $0.removeValue(forKey: number) }
  }

  /// From then on a thread that touches what is not there any more sleeps, and ``Interrupts`` ends the
  /// process: nothing but atomic stores and a write happens where the signal strikes.
  static func install() {
    faultAddress.store(0, ordering: .relaxed)
    var action = sigaction()
    action.sa_flags = SA_SIGINFO
    unsafe action.__sigaction_handler.sa_sigaction = { _, information, _ in
      if let information = unsafe information {
        let address = unsafe information.pointee._sifields._sigfault.si_addr
        MappingFaults.faultAddress.store(UInt(bitPattern: address), ordering: .releasing)
      }
      Interrupts.notify(.fault)
      while true { _ = pause() }
    }
    _ = unsafe sigaction(SIGBUS, &action, nil)
  }

  /// What is to be said of the fault that has happened, without a full stop at its end.
  static var explanation: String {
    let address = faultAddress.load(ordering: .acquiring)
    let found = mappings.withLock { mappings in
      mappings.values.first { $0.start <= address && address - $0.start < UInt($0.byteCount) }
    }
    guard let found else {
      return """
        memory that belongs to a file cannot be had: the file was cut short, or the file system in \
        memory is full. Free some space, or set TMPDIR to a folder on a disk
        """
    }
    let byteOffset = found.fileByteOffset + UInt64(address - found.start)
    let end = found.fileByteOffset + UInt64(found.byteCount)
    return """
      cannot read '\(found.path)': byte \(byteOffset) is not there any more, and it had at least \(end) \
      bytes when it was opened. It was cut short meanwhile, its disk has failed, or its file system is in \
      memory and full. Run the command again when no program changes the file
      """
  }
}
