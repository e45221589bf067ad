"""That check_pages.py sees what it is for: each mistake is planted in a page that is right, and found."""

import pathlib
import tempfile
import unittest

import check_pages

RIGHT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>T</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1 id="top">Title</h1><h2>Part</h2><p><a href="other.txt">a file</a> <a href="#top">up</a></p>
<table><tr><th>a</th></tr></table>
<img alt="A dot." width="10" height="10" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E">
</body></html>
"""

# What is planted: a text, what stands in its place, and a word of what is said then.
PLANTED = [
    (' lang="en"', "", "no lang"),
    ("<title>T</title>", "", "no title"),
    ("</body>", "<script>let a = 1</script></body>", "a script"),
    ("</body>", "<script>console.error('planted')</script></body>", "planted"),
    ("</body>", "<script>throw new Error('planted')</script></body>", "exception"),
    ("</body>", "<div style='width: 3000px'>wide</div></body>", "is 3"),
    ("</body>", "<p style='white-space: nowrap'>" + "long " * 400 + "</p></body>", "wide"),
    ("<p>", "<div style='overflow: hidden'><p style='width: 9em; white-space: nowrap'>"
            + "long " * 20 + "</p></div><p>", "wider than its box"),
    ("<h2>", "<h4>", "leave a level out"),
    ("<h1 id=\"top\">", "<h2 id=\"top\">", "only h1"),
    ("other.txt", "gone.txt", "a link to nothing: gone.txt"),
    ("#top", "#bottom", "no place of the page"),
    ('href="other.txt"', 'href="https://example.org/"', "leads elsewhere"),
    (' alt="A dot."', "", "no text for the picture"),
    ("</body>", "<img alt='x' src='gone.png'></body>", "not there"),
    ("</body>", "<img alt='x' src='http://127.0.0.1:9/a.png'></body>", "asks for what is elsewhere"),
    ("</body>", "<svg><path d='M0 0'/></svg></body>", "svg without"),
    ("<th>a</th>", "<td>a</td>", "without heads"),
    ("<h2>", "<h2 id=\"top\">", "two elements with the id"),
    ("a file", "", "an empty A"),
    ("<p>", "<p style='color: #999999'>pale ", "too little contrast"),
]


class CheckPagesTests(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="powercut-page-")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        (self.folder / "other.txt").write_text("here")

    def problems(self, text):
        page = self.folder / "index.html"
        page.write_text(text)
        return list(check_pages.problems_of_page(self.browser, page))

    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(check_pages.Browser())

    def test_a_page_that_is_right_has_no_problem(self):
        self.assertEqual(self.problems(RIGHT), [])

    def test_what_is_planted_is_found(self):
        for right, wrong, word in PLANTED:
            with self.subTest(word):
                self.assertIn(right, RIGHT)
                problems = self.problems(RIGHT.replace(right, wrong, 1))
                self.assertTrue(any(word in problem for problem in problems), problems)

    def test_a_folder_without_pages_is_a_problem(self):
        self.assertEqual(len(list(check_pages.problems_of_folder(self.folder))), 1)


if __name__ == "__main__":
    unittest.main()
