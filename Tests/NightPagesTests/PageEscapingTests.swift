import Mustache
import Testing

@testable import NightPages

/// Nothing that comes from outside leaves the place where a template puts it.
@Suite struct PageEscapingTests {
  private struct Values {
    let text: String
    let list: [String]
  }

  private func rendered(_ template: String, _ values: Values) throws -> String {
    _ = try PageTemplates()
    return try MustacheTemplate(string: "{{% CONTENT_TYPE:PAGE}}\n\(template)").render(values)
  }

  @Test func whatMarksUpIsEscapedAlsoInSections() throws {
    let hostile = "<script>&\"'</script>"
    let escaped = "&lt;script&gt;&amp;&quot;&#39;&lt;/script&gt;"
    let text = try rendered(
      "{{text}}|{{#list}}{{.}}{{/list}}", Values(text: hostile, list: [hostile]))
    #expect(text == "\(escaped)|\(escaped)")
  }

  /// The library's own escaping goes by grapheme clusters, and lets a quotation mark with an accent through: in
  /// a browser it ends the attribute all the same.
  @Test(arguments: ["\"\u{301}", "<\u{301}", "'\u{20dd}", "&\u{200d}", ">\u{fe0f}"])
  func whatMarksUpIsEscapedBelowAnAccent(text: String) throws {
    let page = try rendered("{{text}}", Values(text: text, list: []))
    #expect(page.unicodeScalars.first == "&")
    #expect(page.unicodeScalars.allSatisfy { $0 != "\"" && $0 != "<" && $0 != "'" && $0 != ">" })
  }

  @Test func whatCannotBeSeenIsShownAsReplaced() throws {
    let page = try rendered("{{text}}", Values(text: "a\u{0}b\u{202e}c\u{1b}d\te\n", list: []))
    #expect(page == "a\u{fffd}b\u{fffd}c\u{fffd}d\te\n")
  }

  @Test func whatLooksLikeATemplateStaysText() throws {
    let page = try rendered("{{text}}", Values(text: "{{text}} {{{list}}}", list: ["no"]))
    #expect(page == "{{text}} {{{list}}}")
  }

  @Test func noTemplateShowsAnythingUnescaped() {
    let texts = [
      IndexTemplate.text, FindingTemplate.text, PageHead.text, PageHead.foot,
      FindingCard.text, TrendTemplate.text, PageStyle.text,
    ]
    for text in texts {
      #expect(!text.contains("{{{"))
      #expect(!text.contains("{{&"))
      #expect(!text.contains("<script"))
    }
  }
}
