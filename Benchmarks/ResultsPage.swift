/// The results as a page to read.
struct ResultsPage {
  let results: Results

  var text: String {
    """
    # Benchmarks

    Made by `\(results.command)` on \(results.processorCount) processors. Medians of \
    \(results.repetitionCount) runs, taken in turn with each other, so that only the ratios are \
    worth comparing between machines. Each of ours starts from the file: mapping and page faults are \
    part of it.

    The standard log: a device of 64 MiB, 20,000 entries, every sixteenth a flush, the others writes \
    of 4 to 64 KiB; in memory-backed storage where there is one.

    | what | median, ms | least, ms | to `cp` | to `xxhsum` |
    |---|---:|---:|---:|---:|
    \(rows)

    | aim | found | limit | |
    |---|---:|---:|---|
    \(aims)

    | fact | |
    |---|---:|
    \(facts)

    """
  }

  private var rows: String {
    results.rows.map { row in
      let median = Double(row.times.median)
      let toCopy = results.median("cp") > 0 ? (median / results.median("cp")).fixed(2) : ""
      let toHash =
        results.median("xxhsum") > 0 ? (median / results.median("xxhsum")).fixed(2) : ""
      let least = (Double(row.times.minimum) / 1e6).fixed(3)
      return
        "| \(row.name): \(row.summary) | \((median / 1e6).fixed(3)) | \(least) | \(toCopy) | \(toHash) |"
    }.joined(separator: "\n")
  }

  private var aims: String {
    results.aims.map { aim in
      "| \(aim.text) | \(aim.found.fixed(3)) | \(aim.limit.fixed(3)) | "
        + "\(aim.isMet ? "met" : "**not met**") |"
    }.joined(separator: "\n")
  }

  private var facts: String {
    results.facts.map { "| \($0.name) | \($0.value) |" }.joined(separator: "\n")
  }
}

/// The same for programs.
struct ResultsJSON {
  let results: Results

  var text: String {
    """
    {
      "schemaVersion": 1,
      "command": "\(results.command)",
      "processorCount": \(results.processorCount),
      "repetitionCount": \(results.repetitionCount),
      "facts": {
    \(lines(results.facts.map { "\"\($0.name)\": \($0.value)" }))
      },
      "measurements": [
    \(lines(results.rows.map(row)))
      ],
      "aims": [
    \(lines(results.aims.map(aim)))
      ]
    }

    """
  }

  private func row(_ row: Results.Row) -> String {
    "{ \"name\": \"\(row.name)\", \"medianNanoseconds\": \(row.times.median), "
      + "\"minimumNanoseconds\": \(row.times.minimum), "
      + "\"maximumNanoseconds\": \(row.times.maximum), "
      + "\"sampleCount\": \(row.times.nanoseconds.count) }"
  }

  private func aim(_ aim: Results.Aim) -> String {
    "{ \"aim\": \"\(aim.text)\", \"found\": \(aim.found.fixed(4)), "
      + "\"limit\": \(aim.limit.fixed(4)), \"isMet\": \(aim.isMet) }"
  }

  private func lines(_ items: [String]) -> String {
    items.map { "    " + $0 }.joined(separator: ",\n")
  }
}
