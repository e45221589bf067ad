import Campaign
import Host
import Scheduling

/// Makes runs of real programs under control: see ``ProgramRun``.
///
/// A run has a processor for itself (``OwnProcessor``), so that several go on at once where there are several.
package final class ProgramCarrier: DeviceCarrier {
  private let scratch: TemporaryFolder
  private let images: ProgramImages
  private let libraryPath: String

  /// - Parameter libraryPath: the library that programs are started with.
  /// - Throws: ``HostError`` where there is no place for what runs write.
  package init(libraryPath: String) throws(HostError) {
    self.libraryPath = libraryPath
    scratch = try TemporaryFolder(prefix: "powercut-programs", prefersMemory: true)
    images = ProgramImages(scratch, libraryPath: libraryPath)
  }

  package func carryOut(
    _ configuration: RunConfiguration, seed: Seed
  ) -> any DeviceRun {
    ProgramRun(configuration, seed: seed, images: images, libraryPath: libraryPath)
  }
}
