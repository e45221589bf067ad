import Stacks
import Workload
import WriteLog
import Yams

/// What a scenario of a real program can ask for, and what only a simulated stack can do.
struct ProgramParsing {
  private let stack: StackName

  init(_ stack: StackName) {
    self.stack = stack
  }

  /// Reads `program`, the file to run; `nil` where the stack is a simulated one.
  func options(_ node: Node?) throws(ScenarioError) -> ProgramOptions? {
    guard stack.program != nil else {
      if let node {
        throw ScenarioError(
          line: node.mark?.line, "'program' belongs to a stack of programs, and \(stack) is none")
      }
      return nil
    }
    guard let node else { return ProgramOptions() }
    guard let path = node.scalar?.string, !path.isEmpty else {
      throw ScenarioError(
        line: node.mark?.line, "'program' must be the path of a file, found \(node.shown)")
    }
    return ProgramOptions(executable: path)
  }

  /// Refuses what a program has no part in.
  ///
  /// - Parameter names: of keys in `node`.
  func refuse(_ names: [String], in node: ScenarioNode) throws(ScenarioError) {
    if stack.program == nil { return }
    try node.refuse(names, for: "simulated stacks, and \(stack) is none")
  }

  /// Refuses what only a program has a part in.
  func refuseForSimulated(_ names: [String], in node: ScenarioNode) throws(ScenarioError) {
    if stack.program != nil { return }
    try node.refuse(names, for: "stacks of programs, and \(stack) is simulated")
  }

  // MARK: The client's operations

  func check(_ action: ClientMark.Action, line: Int?) throws(ScenarioError) {
    guard let program = stack.program, !program.actions.contains(action) else { return }
    throw ScenarioError(
      line: line,
      "\(stack) can do no '\(action.rawValue)'; it can \(program.actions.map(\.rawValue).listed)")
  }

  /// - Parameter number: the largest of an operation.
  func check(number: UInt64, line: Int?) throws(ScenarioError) {
    guard let largest = stack.contents.largestOperationNumber, number > largest else { return }
    throw ScenarioError(
      line: line,
      """
      operations of \(stack) are numbered up to \(largest), because each writes a byte of its own, \
      found \(number)
      """)
  }

  /// What has the program to itself is not for a client of several tasks.
  func check(exclusive action: ClientMark.Action, taskCount: Int, line: Int?) throws(ScenarioError)
  {
    guard let program = stack.program, program.exclusiveActions.contains(action), taskCount > 1
    else { return }
    throw ScenarioError(
      line: line, "\(stack) can do '\(action.rawValue)' only where there is one task")
  }

  /// - Parameter line: of what ends the first session.
  func checkIsOnlySession(line: Int?) throws(ScenarioError) {
    guard stack.program != nil else { return }
    throw ScenarioError(line: line, "\(stack) cannot be closed and opened again within a run")
  }
}
