import Checking
import ImageStacks
import Stacks
import VHDXStack

/// The stacks of images that are simulated, one line each.
package enum KnownImageStacks {
  package static let all: [any ImageStack] = [
    VHDXStack()
  ]

  /// `nil` where the disk is raw, or only a program reads it.
  package static func of(_ image: StackName.Image) -> (any ImageStack)? {
    all.first { $0.image == image }
  }

  /// The stack that writes a format; `nil` where none does.
  package static func writing(_ format: any ImageFormat) -> (any ImageStack)? {
    all.first { $0.format.name == format.name }
  }
}
