import Stacks
import Workload

/// How a real program is run.
package struct ProgramOptions: Hashable, Sendable {
  /// The file to run, or the command line of what exports an image; `nil`: ``ProgramStack/executableName``
  /// is looked for on PATH.
  ///
  /// It belongs to one machine, so no token carries it.
  package var executable: String?

  package init(executable: String? = nil) {
    self.executable = executable
  }
}

extension StackName {
  /// What writes hold: qemu-io is told one byte, which is all that can be typed.
  package var contents: ContentsStyle { program?.fillsWrites == true ? .filled : .stamped }
}

extension StackName {
  /// Whether a seed can make up images for it that nobody wrote.
  package var holdsMadeUpImages: Bool { program == nil && KnownImageStacks.of(image) != nil }

  /// The first simulated stack that holds made-up images, for messages.
  static var ofMadeUpImages: String {
    allNames.first { StackName($0)?.holdsMadeUpImages == true } ?? "none"
  }
}

extension RunConfiguration {
  /// The same with another file to run; without a change where no program is run, or none is named.
  package func running(_ executable: String?) -> RunConfiguration {
    guard stack.program?.isOfCommands == false, let executable else { return self }
    var other = self
    other.program = ProgramOptions(executable: executable)
    return other
  }

  /// What a scenario starts, where it names that: the file of its program, or the first of its commands.
  package var startedText: String? {
    program?.executable ?? commands?.run.first?.joined(separator: " ")
  }

  /// What a command that carries out the run has to be told besides its subject; empty where nothing.
  ///
  /// - Parameter names: whether the program's file has to be named, because the subject does not.
  package func programWords(namesExecutable names: Bool) -> [String] {
    guard stack.program != nil else { return [] }
    guard names, let executable = program?.executable else { return [Self.permission] }
    return [Self.permission, "--program", executable.shellQuoted]
  }

  /// Without it no command of the tool starts a program that it was told of.
  private static let permission = "--allow-exec"
}
