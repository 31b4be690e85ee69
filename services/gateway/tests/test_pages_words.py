"""The pages speak the language of the people who use them, and hold nothing that the browser must refuse."""

import re
from pathlib import Path

from jinja2.lexer import Lexer

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.app import environment
from gateway.areas import OUTCOMES
from gateway.words import glossary, outcomes

ENVIRONMENT = environment()
TEMPLATES = ENVIRONMENT.list_templates()


def source_of(name):
    return ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0]


def text_of(name):
    """What a reader can see of a template: its text without tags and expressions, and the strings in expressions."""
    source = source_of(name)
    strings = " ".join(
        value
        for _, kind, value in Lexer(ENVIRONMENT).tokeniter(source, name)
        if kind == "string" and re.search(r"[a-z] [a-z]", value, re.IGNORECASE)
    )
    bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", bare) + " " + strings


GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"
CODE_WORDS = re.compile(rf"\b({'|'.join(glossary.PAGE_WORDS)})(s|d|ed)?\b", re.IGNORECASE)


def test_there_are_templates_and_the_test_finds_code_words():
    assert len(TEMPLATES) > 30
    assert CODE_WORDS.search("this recipient")
    assert CODE_WORDS.search("Published")
    assert not CODE_WORDS.search("unnoticed sittingroom")


def test_a_template_uses_the_words_of_the_pages():
    assert [f"{name}: {match.group()}" for name in TEMPLATES for match in CODE_WORDS.finditer(text_of(name))] == []


def test_the_sentences_use_the_words_of_the_pages():
    said = [*OUTCOMES.deeds.values(), *OUTCOMES.reasons.values(), *outcomes.BY_CODE.values()]
    assert said
    assert [match.group() for sentence in said for match in CODE_WORDS.finditer(sentence)] == []


def test_a_template_has_neither_style_nor_script_in_its_tags():
    own = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|http-equiv", re.IGNORECASE)
    assert [f"{name}: {found.group()}" for name in TEMPLATES for found in own.finditer(source_of(name))] == []


def test_no_sentence_ends_with_two_dots_where_it_ends_with_a_time():
    doubled = re.compile(r"say\.(?:moment|clock)\((?:(?!}}).)*?\) }}(?:{%[^%]*%}|</\w+>)*\.(?!\w)")
    assert doubled.search("Begun {{ say.moment(at, visit.today) }}</b>. Refresh")
    assert [f"{name}: {found.group()}" for name in TEMPLATES for found in doubled.finditer(source_of(name))] == []


def test_each_form_that_changes_something_proves_where_it_comes_from():
    forms = [
        (name, form)
        for name in TEMPLATES
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", source_of(name), re.DOTALL)
    ]
    proof = re.compile(r"parts\.hidden\(|parts\.csrf\(|action=\"/sign-in")
    assert len(forms) > 30
    assert [(name, form) for name, form in forms if not proof.search(form)] == []


def test_what_several_pages_share_names_a_file_by_the_last_part_of_its_name():
    file = pb.Attachment(name="notices/one/attachments/two", title="Chart", kind=pb.Attachment.ATTACHMENT)

    shown = ENVIRONMENT.globals["parts"].files([file])

    assert 'href="/files/one/two"' in shown


def test_the_glossary_says_each_word_of_the_code_beside_the_word_of_the_pages():
    rows = [line.split(" | ") for line in GLOSSARY.read_text().splitlines() if line.startswith("| ")]
    lacking = [
        (word, said)
        for word, said in glossary.PAGE_WORDS.items()
        if not any(re.search(rf"\b{word}\b", code) and said in pages for code, pages, *_ in rows)
    ]
    assert len(glossary.PAGE_WORDS) > 10
    assert not lacking
