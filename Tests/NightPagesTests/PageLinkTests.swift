import Foundation
import Testing

@testable import NightPages

@Suite struct PageLinkTests {
  @Test(arguments: [
    ("../raw-exact/D01", "../raw-exact/D01"), ("finding-a.html", "./finding-a.html"),
    ("a:b", "./a%3Ab"), ("../a b/#1?%2e\"<", "../a%20b/%231%3F%252e%22%3C"),
    ("ü", "./%C3%BC"), ("//host/share", ".///host/share"),
  ])
  func aPathIsALink(path: String, link: String) {
    #expect(PageLink.relative(path) == link)
  }

  @Test func aPictureIsReadBackFromItsLink() throws {
    let svg = "<svg><text>100 % \"ü\"</text></svg>\n"
    let link = PageLink.data(svg: svg)
    let comma = try #require(link.firstIndex(of: ","))
    #expect(String(link[link.index(after: comma)...]).removingPercentEncoding == svg)
    #expect(link.allSatisfy { $0.isASCII && $0 != "\"" && $0 != "<" && $0 != "'" })
  }
}
