"""What the documentation names is there: files, headings, pictures, and in the guides the words of the pages."""

import html
import re
from functools import cache

from servicekit.tree import ROOT

# What stands in docs/performance/ is put into docs/performance.md, and its links lead from there.
PAGES = sorted(
    path
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "data/**/*.md",
        "deploy/**/*.md",
        "libs/*/README.md",
        "services/*/README.md",
    )
    for path in ROOT.glob(pattern)
    if path.parent != ROOT / "docs/performance"
)
GUIDES = sorted((ROOT / "docs/guides").glob("*.md"))
IMAGES = ROOT / "docs/images"
LINK = re.compile(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
# A guide is one page; pictures are looked at on slow lines too.
MOST_LINES, MOST_BYTES = 60, 4_000_000


@cache
def text_of(page):
    return page.read_text()


def links(page):
    """Where a page leads inside the repository: file, and heading or ''."""
    prose = re.sub(r"^ *```.*?^ *```|`[^`\n]*`", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    for found in LINK.finditer(prose):
        to = found[1] or found[2]
        if not re.match(r"[a-z]+:", to):
            file, _, heading = to.partition("#")
            yield (page.parent / file).resolve() if file else page, heading


@cache
def headings(page):
    """The headings of a page as addresses name them."""
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def names_of_pages(text):
    """What a guide says in bold stands on pages, but for what begins a sentence about a bad day."""
    about_a_bad_day = re.compile(r"^- \*\*.+?\*\* ?", re.MULTILINE)
    return [re.sub(r"\s+", " ", name) for name in BOLD.findall(about_a_bad_day.sub("- ", text))]


def test_a_link_leads_to_what_is_there():
    found = [(page, to, heading) for page in PAGES for to, heading in links(page)]

    assert len(found) > 200
    assert [f"{page.relative_to(ROOT)}: {to}" for page, to, _ in found if not to.exists()] == []
    assert [
        f"{page.relative_to(ROOT)}: {to.name}#{heading}"
        for page, to, heading in found
        if heading and to.suffix == ".md" and heading not in headings(to)
    ] == []


def test_each_picture_is_shown_somewhere_and_they_are_small():
    shown = {to for page in PAGES for to, _ in links(page)}
    pictures = sorted(IMAGES.glob("*/*"))

    assert len(pictures) > 20
    assert [str(path.relative_to(IMAGES)) for path in pictures if path not in shown] == []
    assert sum(path.stat().st_size for path in pictures) < MOST_BYTES


def test_each_role_has_a_guide_of_one_page():
    listed = {to for to, _ in links(ROOT / "docs/guides/README.md")}

    assert len(GUIDES) > 6
    assert [path.name for path in GUIDES if path not in listed and path.name != "README.md"] == []
    assert {
        path.name: len(text_of(path).splitlines()) for path in GUIDES if text_of(path).count("\n") > MOST_LINES
    } == {}


def test_guides_name_buttons_and_pages_as_the_pages_do():
    gateway = ROOT / "services/gateway/src/gateway"
    files = [path for kind in ("*.html", "*.py") for path in gateway.rglob(kind)]
    said = html.unescape(re.sub(r"\s+", " ", " ".join(path.read_text() for path in files)))
    named = [(guide, name) for guide in GUIDES for name in names_of_pages(text_of(guide))]

    assert len(named) > 100
    assert [f"{guide.name}: {name}" for guide, name in named if name not in said] == []
