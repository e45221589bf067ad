"""Opens the pages of a report in a headless browser, and says what is wrong with them.

    check_pages.py FOLDER [--screenshots FOLDER]

Every page is opened on a telephone and on a wide screen, with scripts and without, in light and dark, and printed.
"""

import argparse
import base64
import pathlib
import sys
import urllib.parse

from browser import Browser

WIDTHS = (400, 1600)

# What a page is asked. Elements that hide what is too wide for them, and let it scroll, are no overflow.
QUESTIONS = """(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;
  const ids = all('[id]').map((element) => element.id);
  return {
    lang: root.lang,
    title: document.title,
    scrollWidth: root.scrollWidth,
    clientWidth: root.clientWidth,
    wide: all('body *').filter((element) => element.scrollWidth > element.clientWidth + 1
      && getComputedStyle(element).display !== 'inline' && !element.closest('svg')
      && !['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX))
      .map((element) => element.tagName + '.' + element.className),
    scripts: all('script').length,
    headings: all('h1, h2, h3, h4, h5, h6').map((heading) => Number(heading.tagName[1])),
    links: all('a[href], link[href]').map((link) => link.getAttribute('href')),
    images: all('img').map((image) => ({
      source: image.getAttribute('src').slice(0, 80), words: image.alt,
      isThere: image.complete && image.naturalWidth > 0,
    })),
    pictures: all('svg').map((picture) => picture.getAttribute('role') === 'img'
      && (picture.getAttribute('aria-labelledby') || '').split(' ')
        .every((name) => document.getElementById(name)?.textContent)),
    tables: all('table').map((table) => table.querySelectorAll('th').length),
    ids: ids,
    repeated: ids.filter((name, place) => ids.indexOf(name) !== place),
    empty: all('a, h1, h2, h3, summary, th').filter((element) =>
      !element.textContent.trim() && !element.querySelector('img[alt]'))
      .map((element) => element.tagName),
  };
})()"""

# The least contrast of a text with what lies behind it: 4.5 is what WCAG asks for.
CONTRASTS = """(() => {
  const parsed = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const parts = color.slice(0, 3).map((value) => value / 255)
      .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parsed(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('body *:not(svg *)')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((element) => {
      const [one, other] = [light(parsed(getComputedStyle(element).color)), light(behind(element))];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      return { contrast, words: element.textContent.trim().slice(0, 40) };
    }).filter((text) => text.contrast < 4.5).map((text) => `${text.contrast.toFixed(2)} '${text.words}'`);
})()"""


def problems_of_events(browser):
    """What the browser has complained of, and what a page has asked for that is not on the disk."""
    for event in browser.events:
        method, said = event.get("method"), event.get("params", {})
        if method == "Log.entryAdded":
            yield f"the browser says: {said['entry']['text']}"
        elif method == "Runtime.consoleAPICalled":
            yield f"the console says: {[part.get('value') for part in said['args']]}"
        elif method == "Runtime.exceptionThrown":
            yield f"an exception: {said['exceptionDetails'].get('text')}"
        elif method == "Network.loadingFailed":
            yield f"could not load: {said.get('errorText')}"
        elif method == "Network.requestWillBeSent":
            url = said["request"]["url"]
            if not url.startswith(("file:", "data:")):
                yield f"asks for what is elsewhere: {url[:120]}"


def problems_of_link(page, link, ids):
    """Whether a link leads to what is there."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme == "data":
        return
    if parts.scheme or parts.netloc or link.startswith("/"):
        yield f"a link that leads elsewhere: {link}"
        return
    if parts.path:
        target = page.parent / urllib.parse.unquote(parts.path)
        if not target.exists():
            yield f"a link to nothing: {link}"
    elif parts.fragment not in ids:
        yield f"a link to no place of the page: {link}"


def problems_of_answer(page, answer):
    """What is wrong with the page's own answers."""
    if not answer["lang"]:
        yield "no lang"
    if not answer["title"]:
        yield "no title"
    if answer["scripts"]:
        yield "a script"
    if answer["scrollWidth"] > answer["clientWidth"]:
        yield f"is {answer['scrollWidth']} wide and has {answer['clientWidth']}"
    for name in answer["wide"]:
        yield f"{name} is wider than its box"
    levels = answer["headings"]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield f"does not begin with its only h1: {levels}"
    if any(after > before + 1 for before, after in zip(levels, levels[1:])):
        yield f"headings leave a level out: {levels}"
    for image in answer["images"]:
        if not image["words"]:
            yield f"no text for the picture {image['source']}"
        if not image["isThere"]:
            yield f"a picture that is not there: {image['source']}"
    if not all(answer["pictures"]):
        yield "an svg without a title and a description"
    if not all(answer["tables"]):
        yield "a table without heads"
    for name in answer["repeated"]:
        yield f"two elements with the id {name}"
    for name in answer["empty"]:
        yield f"an empty {name}"
    for link in answer["links"]:
        yield from problems_of_link(page, link, answer["ids"])


def problems_of_page(browser, page, screenshots=None):
    """Opens one page in every way, and yields what is wrong with it."""
    url = page.resolve().as_uri()
    for width in WIDTHS:
        for scripts in (True, False):
            browser.open(url, width, scripts=scripts)
            found = [*problems_of_events(browser), *problems_of_answer(page, browser.value(QUESTIONS))]
            for problem in found:
                yield f"{width} px, scripts {'on' if scripts else 'off'}: {problem}"
        for scheme in ("light", "dark"):
            browser.open(url, width, scheme=scheme)
            for problem in browser.value(CONTRASTS):
                yield f"{scheme}: too little contrast: {problem}"
            if screenshots:
                save(browser, screenshots / f"{page.stem}-{width}-{scheme}.png")
    browser.open(url, WIDTHS[1])
    pdf = base64.b64decode(browser.call("Page.printToPDF", printBackground=False)["data"])
    if not pdf.startswith(b"%PDF"):
        yield "cannot be printed"
    if screenshots:
        (screenshots / f"{page.stem}.pdf").write_bytes(pdf)


def save(browser, path):
    shot = browser.call("Page.captureScreenshot", captureBeyondViewport=True)
    path.write_bytes(base64.b64decode(shot["data"]))


def problems_of_folder(folder, screenshots=None):
    """All pages of a report, with their names in front of what is wrong."""
    pages = sorted(folder.glob("*.html"))
    if not pages:
        yield f"{folder}: no page"
        return
    with Browser() as browser:
        for page in pages:
            for problem in problems_of_page(browser, page, screenshots):
                yield f"{page.name}: {problem}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    problems = list(problems_of_folder(arguments.folder, arguments.screenshots))
    for problem in problems:
        print(problem)
    count = len(list(arguments.folder.glob("*.html")))
    print(f"pages: {count} opened, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
