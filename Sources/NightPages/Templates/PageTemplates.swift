import Mustache

/// The templates of all pages, each of them a text in the tool: it needs no file beside it.
struct PageTemplates {
  private let library: MustacheLibrary

  /// - Throws: the library's error where a template is none, which a test would show.
  init() throws {
    MustacheContentTypes.register(PageEscaping(), named: PageEscaping.name)
    var library = MustacheLibrary()
    for (name, text) in Self.texts {
      // A partial begins with the library's own escaping again, so each template says it for itself.
      try library.register("{{% CONTENT_TYPE:\(PageEscaping.name)}}\n\(text)", named: name)
    }
    self.library = library
  }

  /// - Throws: ``PageTemplateError`` where there is no template of that name.
  func page(_ name: String, _ values: some Sendable) throws(PageTemplateError) -> String {
    guard let text = library.render(values, withTemplate: name) else {
      throw PageTemplateError(name: name)
    }
    return text
  }

  private static let texts = [
    "index": IndexTemplate.text,
    "finding": FindingTemplate.text,
    "span": FindingTemplate.span,
    "head": PageHead.text,
    "style": PageStyle.text,
    "card": FindingCard.text,
    "trend": TrendTemplate.text,
    "foot": PageHead.foot,
  ]
}

/// A page without its template.
package struct PageTemplateError: Error, CustomStringConvertible {
  let name: String

  package var description: String {
    "expected a template '\(name)' for the report's page, found none: this is a mistake of powercut"
  }
}
