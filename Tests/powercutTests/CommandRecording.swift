import Host
import TestSupport
import Testing

/// Logs of the real qemu-io, and programs to judge their states, in a folder of their own.
struct CommandRecording {
  let folder: TemporaryFolder
  /// TMPDIR of the tool, so that what it leaves there shows.
  let scratch: String
  /// The words that check the log, without commands.
  let arguments: [String]

  /// Writes to a raw disk of 1 MiB: four states that differ, whose first byte is 0, 0xa1, 0xa1 and 0xa3.
  static func raw() throws -> CommandRecording {
    let folder = try TemporaryFolder(prefix: "commands")
    let (disk, log) = (folder.path("disk.raw"), folder.path("writes.log"))
    try shell("truncate -s 1M \(disk); : > \(log)")
    try io(
      ["write -P 0xa1 0 4k", "write -P 0xa2 64k 4k", "flush"]
        + ["write -P 0xa3 0 4k", "write -P 0xa3 0 4k", "flush"],
      "driver=blklogwrites,file.driver=raw,file.file.driver=file,file.file.filename=\(disk),"
        + "log.driver=file,log.filename=\(log)")
    return try CommandRecording(folder, ["check", log, "--image-size", "1MiB"])
  }

  /// Allocating writes to a VHDX image.
  static func vhdx(blockCount: Int) throws -> CommandRecording {
    let folder = try TemporaryFolder(prefix: "commands")
    let (image, log) = (folder.path("image.vhdx"), folder.path("writes.log"))
    let base = folder.path("base.img")
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=dynamic", image, "64M",
    ])
    try shell("cp \(image) \(base); : > \(log)")
    try io(
      (0..<blockCount).map { "write -P \($0 + 1) \($0)M 4k" } + ["flush"],
      "driver=vhdx,file.driver=blklogwrites,file.file.driver=file,file.file.filename=\(image),"
        + "file.log.driver=file,file.log.filename=\(log)")
    let byteCount = try MappedFile.map(image).byteCount
    return try CommandRecording(
      folder,
      [
        "check", log, "--base", base, "--image-size", "\(byteCount)", "--as", "vhdx", "--profile",
        "qemu-7.2.22",
      ])
  }

  /// An image that is copied into an empty file: its parts are eight writes, the file identifier last.
  static func creation() throws -> CommandRecording {
    let folder = try TemporaryFolder(prefix: "commands")
    let (image, log, source) = (
      folder.path("image.vhdx"), folder.path("writes.log"), folder.path("source.vhdx")
    )
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=dynamic", source, "64M",
    ])
    try shell("truncate -s 8M \(image); : > \(log)")
    // In KiB: both headers, both region tables, the block table, metadata and its items.
    let commands = try [64, 128, 192, 256, 2048, 3072, 3136, 0].map { place in
      let part = folder.path("part-\(place)")
      try shell("dd if=\(source) of=\(part) bs=1K skip=\(place) count=64 status=none")
      return "write -s \(part) \(place)k 64k"
    }
    try io(
      commands + ["flush"],
      "driver=blklogwrites,file.driver=raw,file.file.driver=file,file.file.filename=\(image),"
        + "log.driver=file,log.filename=\(log)")
    try shell("cmp \(image) \(source)")
    return try CommandRecording(folder, ["check", log, "--image-size", "8MiB"])
  }

  private init(_ folder: TemporaryFolder, _ arguments: [String]) throws {
    self.folder = folder
    self.arguments = arguments + ["--states", "prefix"]
    scratch = folder.path("scratch")
    try Folders.create(scratch)
  }

  private static func io(_ commands: [String], _ stack: String) throws {
    try Peer.qemuIO.run(
      ["-t", "writeback"] + commands.flatMap { ["-c", $0] } + ["--image-opts", stack])
  }

  /// Makes a program; `$1` is the first argument.
  func program(_ name: String, _ script: String) throws -> String {
    let path = folder.path(name)
    try OutputFile.write("#!/bin/bash\n\(script)\n", to: path)
    try shell("chmod +x \(path)")
    return path
  }

  /// Makes the first byte of the image `$byte`, in two hexadecimal digits.
  static let readsFirstByte = "byte=$(head -c 1 \"$1\" | od -An -tx1 | tr -d ' ')"

  func check(
    _ commands: [String], _ options: [String] = [], profile: String = "qemu-7.2.22",
    build: BuiltProduct.Build = .own, environment: [String: String] = [:]
  ) throws -> ToolRun {
    try ToolRun(
      arguments.map { $0 == "qemu-7.2.22" ? profile : $0 } + commands.flatMap { ["--command", $0] }
        + options, build: build,
      environment: environment.merging(["TMPDIR": scratch]) { first, _ in first })
  }

  /// What the tool left in its TMPDIR.
  var leftovers: [String] { get throws { try Folders.names(in: scratch) } }
}
