/// 1 MiB: the alignment of everything after the header section.
///
/// Source: [MS-VHDX] 2.1.
let mebibyteByteCount: UInt64 = 1 << 20
