extension Peer {
  /// The digest of each image, by the lines of Python in docs/digest.md, all in one process.
  package static func digests(ofFiles paths: [String]) throws -> [String] {
    let list = paths.map { $0 + "\n" }.joined()
    return try python.run(
      ["-c", digestEach, Repository.path("docs/digest.md")], input: Array(list.utf8)
    ).split(separator: "\n").map(String.init)
  }

  private static let digestEach = """
    import sys
    text = open(sys.argv[1]).read().split('```python\\n')[1].split('```')[0]
    program = compile(text, sys.argv[1], 'exec')
    for line in sys.stdin:
        sys.argv = ['digest.py', line.rstrip('\\n')]
        exec(program, {})
    """
}
