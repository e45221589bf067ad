/// The version of the tool, in the first line of every run, in every report and in every token.
package enum ToolVersion {
  package static let text = "0.1.0"
}
