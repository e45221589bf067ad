import Bytes

extension EntryHeader {
  /// The header sector of an entry: fields, text of a MARK, extension.
  ///
  /// - Precondition: the text fits (``maximumTextByteCount(sectorByteCount:hasExtension:)``).
  package func encode(
    sectorByteCount: UInt32, text: [UInt8] = [], extension: EntryExtension? = nil
  ) -> [UInt8] {
    precondition(UInt64(text.count) == textByteCount, "the header counts the text it carries")
    var writer = ByteWriter(reservingByteCount: Int(sectorByteCount))
    writer.write(sector)
    writer.write(sectorCount)
    writer.write(flags.rawValue)
    writer.write(textByteCount)
    let fields = writer.bytes
    writer.write(text)
    if let `extension` {
      writer.pad(
        toByteCount: EntryExtension.byteOffset(flags: flags, sectorByteCount: sectorByteCount))
      writer.write(`extension`.encode(headerBytes: fields))
    }
    writer.pad(toByteCount: Int(sectorByteCount))
    return writer.bytes
  }
}
