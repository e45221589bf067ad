/// The version of the tool, in the first line of every run, in every report and in every token.
public enum ToolVersion {
  public static let text = "0.1.0"
}
