import Host
import ToolSupport

/// The library that recorded programs are started with: it stands beside the tool.
enum PreloadedLibrary {
  /// - Throws: ``ToolError`` where it is not there, or cannot be named in LD_PRELOAD.
  static func path() throws -> String {
    let folder = try Paths.folder(of: Paths.absolute("/proc/self/exe"))
    let path = "\(folder)/libpowercut-preload.so"
    guard Folders.exists(path) else {
      throw ToolError(
        "'\(path)' is missing: build it with `swift build --product powercut-preload`.")
    }
    guard !path.contains(where: { $0 == " " || $0 == ":" }) else {
      throw ToolError(
        "'\(path)' cannot be preloaded: LD_PRELOAD takes no spaces and colons. Move the tool.")
    }
    return path
  }
}
