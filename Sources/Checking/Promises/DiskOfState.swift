import Bytes
import CrashStates

/// What a reader of a crash state finds on the client's disk, in units of 512 bytes.
package struct DiskOfState {
  let byteCount: UInt64
  let bytes: (_ unit: UInt64) -> [UInt8]
  /// Whether the format leaves open what a unit holds.
  var isUndefined: (_ unit: UInt64) -> Bool = { _ in false }
  /// The hash of what a unit held before the first operation.
  let initialHash: (_ unit: UInt64) -> Digest128
}

extension SingleDeviceStateJudge {
  func disk(in state: CrashState) -> DiskOfState? {
    DiskOfState(
      byteCount: history.byteCount(of: state),
      bytes: { [history] in history.bytes(history.contents(ofUnit: $0, in: state)) },
      initialHash: { [history] in
        history.unitHash(history.contents(ofUnit: $0, in: CrashState(cut: 0)))
      })
  }
}

extension OpaqueStateJudge {
  func disk(in state: CrashState) -> DiskOfState? {
    guard case .opened(let contents) = read(StateImage(history, state)) else { return nil }
    // A new disk holds zeroes.
    return DiskOfState(
      byteCount: contents.byteCount, bytes: { contents.unit(at: $0) },
      initialHash: { _ in StateSum.zeroUnitHash })
  }
}

extension ImageStateJudge {
  func disk(in state: CrashState) -> DiskOfState? {
    let opened = reader.read(state)
    guard let map = opened.map else { return nil }
    let file = opened.file(over: StateImage(history, state))
    let unitByteCount = UInt64(StateSum.unitByteCount)
    return DiskOfState(
      byteCount: map.virtualDiskByteCount,
      bytes: { unit in
        guard let place = map.fileByteOffset(of: unit * unitByteCount) else {
          return [UInt8](repeating: 0, count: StateSum.unitByteCount)
        }
        return file.unit(at: place / unitByteCount)
      },
      isUndefined: { unit in
        map.undefinedRanges.contains {
          $0.byteOffset <= unit * unitByteCount && unit * unitByteCount < $0.endByteOffset
        }
      },
      initialHash: { [initial] in initial.hash(ofUnit: $0) })
  }
}
