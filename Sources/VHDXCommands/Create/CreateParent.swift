import Bytes
import Host
import ToolSupport
import VHDX

/// The parent of a new differencing image: what the child takes from it, and how it finds it.
struct CreateParent {
  let parameters: DiskParameters
  let locator: ParentLocator

  /// - Parameters:
  ///   - path: the parent, a VHDX image whose log is empty.
  ///   - child: the image to be made.
  /// - Throws: an error where the parent cannot be read, is in use, or has a path that the format
  ///   cannot hold.
  init(_ path: String, of child: String) throws {
    try FileLock.checkFree(path)
    let file = RegionImage(try MappedFile.map(path))
    let image: VHDXImage
    do throws(FormatError) {
      image = try VHDXImage(reading: file)
    } catch {
      throw ToolError("the parent \(path): \(error)")
    }
    parameters = image.parameters
    let absolute = try Paths.absolute(path)
    let relative = Paths.relative(absolute, from: try Paths.folder(of: child))
    locator = try ParentLocator(
      dataWriteGUID: image.current.header.dataWriteGUID,
      paths: [
        ParentLocator.Pair(key: "relative_path", value: try Self.windowsPath(relative)),
        ParentLocator.Pair(key: "absolute_win32_path", value: try Self.windowsPath(absolute)),
      ])
  }

  /// The path as the format wants it, with backslashes. There is no drive to name here.
  private static func windowsPath(_ path: String) throws -> String {
    guard !path.contains("\\") else {
      throw ToolError(
        "the parent's path '\(path)' has a backslash, which a VHDX image takes for the end of a "
          + "folder's name: rename it")
    }
    return String(path.map { $0 == "/" ? "\\" : $0 })
  }
}
