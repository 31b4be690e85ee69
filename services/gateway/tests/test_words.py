"""Pages read as people in California speak: words refused, with the right one beside; no day as machines write it."""

import ast
import re
from pathlib import Path

import pytest
from jinja2.lexer import Lexer

import gateway
from gateway.app import environment

TEMPLATES = environment()
SOURCES = Path(gateway.__file__).parent
# What is refused -> what is said.
WORDS = {
    r"programme": "program",
    r"telephones?": "phone",
    r"cancell(ed|ing)": "canceled, canceling",
    r"labell(ed|ing)": "labeled, labeling",
    r"(behavi|col|fav|lab|neighb)our": "behavior, color, favor …",
    r"(cent|theat|met)re": "center …",
    r"(organ|recogn|summar|apolog|util|final|normal|real)is(e|ed|es|ing|ation)": "organize, recognize …",
    r"(enrol|fulfil|instal)(s|ment)?": "enroll, fulfill, install",
    r"licence": "license",
    r"judgement": "judgment",
    r"grey": "gray",
    r"whilst|amongst": "while, among",
    r"(he|she|him|his|her|hers)": "they, them, their, for a person",
    r"he or she|his or her|s/he": "they",
    r"dead letters?": "failed message",
    r"mend(s|ed|ing)?": "correct, fix",
    r"none waits": "nothing waits",
    r"at the own desk": "at your own desk",
    r"make anew|made anew": "rebuild",
    r"six figures": "six digits",
    r"submit|click here": "what the press does",
    r"please note|kindly": "nothing: say it",
}
REFUSED = {re.compile(rf"\b(?:{word})\b", re.IGNORECASE): said for word, said in WORDS.items()}
ISO = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d\b")
# A day of a message, written as it came.
BARE_DAY = re.compile(r"{{ *[\w.\[\]]+\.\w*_(?:date|on) *}}")
# What stands in an attribute that nobody reads.
UNREAD = re.compile(r'\b(?:value|href|action|datetime|id|for|name|class|min|max)="[^"]*"')


def said_by_templates():
    """What each template says: its text, and what its expressions say in sentences."""
    for name in TEMPLATES.list_templates():
        source = TEMPLATES.loader.get_source(TEMPLATES, name)[0]
        strings = [
            value
            for _, kind, value in Lexer(TEMPLATES).tokeniter(source, name)
            if kind == "string" and re.search(r"[A-Za-z] [a-z]|^\"[A-Z]", value)
        ]
        bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
        yield name, [re.sub(r"<[^>]*>", " ", bare), *strings]


def said_by_code():
    """What the code says in sentences: its strings but for what is said of the code itself."""
    for path in sorted(SOURCES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        own = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, holders)}
        strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        said = [text for text in strings if isinstance(text, str) and text not in own]
        # A statement for the database is no sentence.
        yield (
            path.relative_to(SOURCES).as_posix(),
            [text for text in said if re.search(r"^[A-Z].* ", text) and not re.match(r"\s*[A-Z]{4,} ", text)],
        )


SAID = [*said_by_templates(), *said_by_code()]


def test_the_sweep_reads_what_pages_say():
    texts = " ".join(text for _, said in SAID for text in said)

    assert len(SAID) > 150
    assert all(
        sentence in texts for sentence in ("Skip to main content", "You are signed out.", "Are you still there?")
    )


def test_no_page_says_what_people_here_do_not_say():
    found = [
        f"{where}: {match.group()} → {instead}"
        for where, said in SAID
        for text in said
        for word, instead in REFUSED.items()
        for match in word.finditer(text)
    ]

    assert found == []


def test_no_page_writes_a_day_as_machines_do():
    written = [
        f"{where}: {match.group()}"
        for where, said in SAID
        # How a day is written in a file that a program makes.
        if where != "people/people_files.py"
        for text in said
        for match in ISO.finditer(text)
    ]
    bare = [
        f"{name}: {match.group()}"
        for name in TEMPLATES.list_templates()
        for match in BARE_DAY.finditer(UNREAD.sub("", TEMPLATES.loader.get_source(TEMPLATES, name)[0]))
    ]

    assert (written, bare) == ([], [])


@pytest.mark.parametrize(
    "said",
    [
        "The Programme",
        "your telephone",
        "was cancelled",
        "None waits.",
        "Mend it and",
        "to her coordinator",
        "2 dead letters",
    ],
)
def test_such_a_word_would_be_found(said):
    assert [word for word in REFUSED if word.search(said)] != []


@pytest.mark.parametrize("said", ["other colors", "the program", "recommended", "install", "Rewritten here", "phone"])
def test_a_word_that_only_looks_like_it_is_none(said):
    assert [word.pattern for word in REFUSED if word.search(said)] == []
