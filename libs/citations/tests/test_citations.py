"""What a text cites, against how writers put it."""

import csv
import time
from pathlib import Path

import pytest

from citations import Key, Relation, find, printed, read, related

LETTERS = Path(__file__).parents[3] / "data" / "notices"


def keys(text):
    return [str(one.key) for one in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "45 CFR 303.11(b)(5)",
        "45 C.F.R. § 303.11(b)(5)",
        "45 C.F.R. §303.11 (b) (5)",
        "45 CFR section 303.11(b)(5)",
        "45\u00a0CFR\u00a0303.11(b)(5)",
        "under section 303.11(b)(5), a case",
        "§ 303.11(b)(5)",
    ],
)
def test_a_federal_rule_is_one_key_however_it_is_written(text):
    assert keys(text) == ["us/cfr/45/303/11/b/5"]


@pytest.mark.parametrize(
    "text",
    [
        "Family Code section 17400.5",
        "Family Code § 17400.5",
        "Family Code 17400.5.",
        "Fam. Code, § 17400.5",
        "FC 17400.5",
        "section 17400.5 of the Family Code",
        "Section 17400.5 of the California Family Code",
    ],
)
def test_a_section_of_a_code_is_one_key_however_it_is_written(text):
    assert keys(text) == ["ca/fam/17400.5"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("45 CFR part 303", "us/cfr/45/303"),
        ("42 USC 654(20)", "us/usc/42/654/20"),
        ("42 U.S.C. § 658a", "us/usc/42/658a"),
        ("Public Law 104-193", "us/pl/104/193"),
        ("P.L. 118-258 s.202", "us/pl/118/258/202"),
        ("22 CCR § 118203(a)", "ca/ccr/22/118203/a"),
        ("Title 22, California Code of Regulations, section 110250", "ca/ccr/22/110250"),
        ("Cal. Code Regs., tit. 22, § 118203", "ca/ccr/22/118203"),
        ("Code of Civil Procedure section 706.030", "ca/ccp/706.030"),
        ("W&I Code 11475.1", "ca/wic/11475.1"),
        ("Government Code 19853", "ca/gov/19853"),
        ("SB-343", "ca/bill/sb/343"),
        ("Assembly Bill 610", "ca/bill/ab/610"),
        ("Statutes of 2023, chapter 213", "ca/stats/2023/213"),
        ("form FL-430", "ca/form/fl-430"),
        ("CSSP-19-06", "ca/dcss/cssp/19-06"),
        ("CSS Letter 15-09", "ca/dcss/css/15-09"),
        ("CSSIN Letter: 10-06", "ca/dcss/cssin/10-06"),
        ("OCSE-AT-98-21", "us/ocse/at/98-21"),
        ("DCL\u201398\u2013100", "us/ocse/dcl/98-100"),
        ("PIQT-07-02", "us/ocse/piqt/07-02"),
    ],
)
def test_each_source_has_its_key(text, key):
    (found,) = find(f"As {text} says.")

    assert str(found.key) == key
    assert f"As {text} says."[found.start : found.end] == text
    assert read(text) == found.key == read(key)


@pytest.mark.parametrize(
    ("of_the_act", "in_the_code"),
    # Compilation of the Social Security Laws, title IV-D: each section with its place in 42 U.S.C.
    [("454(20)", "654/20"), ("454A", "654a"), ("458", "658a"), ("459A", "659a"), ("466(a)(14)", "666/a/14")],
)
def test_a_section_of_the_social_security_act_is_where_the_united_states_code_has_it(of_the_act, in_the_code):
    assert keys(f"section {of_the_act.lower()} of the Act") == [f"us/usc/42/{in_the_code}"]
    assert keys(f"Social Security Act § {of_the_act.lower()}") == [f"us/usc/42/{in_the_code}"]


def test_a_section_of_another_title_of_the_act_is_not_taken_for_one_of_ours():
    assert keys("section 1115 of the Social Security Act") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "45 CFR 303.11(b)(5), (b)(7) and (c)",
            ["us/cfr/45/303/11/b/5", "us/cfr/45/303/11/b/7", "us/cfr/45/303/11/c"],
        ),
        ("45 CFR 303.11(b)(5) and (6)", ["us/cfr/45/303/11/b/5", "us/cfr/45/303/11/b/6"]),
        ("45 CFR 303.7(b)(1)(i) and (ii)", ["us/cfr/45/303/7/b/1/i", "us/cfr/45/303/7/b/1/ii"]),
        ("45 CFR 303.7(b)(1)(i) and (c)", ["us/cfr/45/303/7/b/1/i", "us/cfr/45/303/7/c"]),
        ("45 CFR §§ 303.2(b) and 303.3", ["us/cfr/45/303/2/b", "us/cfr/45/303/3"]),
        ("sections 4058, 4059(a), and 4061 of the Family Code", ["ca/fam/4058", "ca/fam/4059/a", "ca/fam/4061"]),
        ("FC 4058 and 4059; CCP 706.030", ["ca/fam/4058", "ca/fam/4059", "ca/ccp/706.030"]),
        ("Family Code 4058 and 45 CFR 302.56", ["ca/fam/4058", "us/cfr/45/302/56"]),
        ("Family Code 4058, 2026 edition", ["ca/fam/4058"]),
        ("within Family Code 4058 and 12 months", ["ca/fam/4058"]),
    ],
)
def test_a_list_is_each_of_its_rules_and_nothing_else(text, found):
    assert keys(text) == found


def test_a_range_says_where_it_ends():
    (family,) = find("Family Code sections 17600\u201317604")
    (federal,) = find("45 CFR 302.33 through 302.35")

    assert (str(family.key), str(family.through)) == ("ca/fam/17600", "ca/fam/17604")
    assert (str(federal.key), str(federal.through)) == ("us/cfr/45/302/33", "us/cfr/45/302/35")


@pytest.mark.parametrize(
    "text",
    [
        "302.33",
        "at 98-21 of them",
        "section 4 of this letter",
        "the Family Code",
        "call 707-555-0123",
        "Jan 8, 2027",
        "ABC 12",
        "FC Barcelona",
        "",
    ],
)
def test_what_names_no_rule_is_no_citation(text):
    assert find(text) == []


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("us/cfr/45/303/11/b/5/i/a", "45 CFR 303.11(b)(5)(i)(A)"),
        ("us/cfr/45/303", "45 CFR part 303"),
        ("us/usc/42/666/a/19/a/ii", "42 U.S.C. 666(a)(19)(A)(ii)"),
        ("us/pl/118/258/202", "Public Law 118-258 section 202"),
        ("ca/fam/4058/b/1", "Family Code section 4058(b)(1)"),
        ("ca/ccr/22/118203/a", "22 CCR 118203(a)"),
        ("ca/bill/sb/343", "SB 343"),
        ("ca/form/fl-430", "form FL-430"),
        ("us/ocse/at/98-21", "AT 98-21"),
        ("ca/dcss/cssp/26-04", "CSSP 26-04"),
        ("ccsas/enforcement/levy", "ccsas/enforcement/levy"),
    ],
)
def test_a_key_is_printed_as_people_write_it_and_read_back(key, words):
    assert printed(Key.of(key)) == words
    assert str(read(words)) == key


@pytest.mark.parametrize("file", ["california.csv", "federal.csv"])
def test_every_letter_that_we_know_is_read_by_its_number(file):
    with (LETTERS / file).open(encoding="utf-8") as rows:
        letters = [f"{row['series']} {row['number']}" for row in csv.DictReader(rows) if row["series"] != "IRG"]

    assert letters
    assert [printed(read(letter)) for letter in letters] == letters


@pytest.mark.parametrize("text", ["45 CFR 303.11 and 303.12", "45 CFR 302.33 to 302.35", "see FC 4058", "us", "A/B/C"])
def test_who_types_a_rule_types_one(text):
    with pytest.raises(ValueError, match=r"no rule|more than one rule|no key"):
        read(text)


@pytest.mark.parametrize(
    ("cited", "changed", "relation"),
    [
        ("us/cfr/45/303/11", "us/cfr/45/303/11", Relation.EXACT),
        ("us/cfr/45/303/11/b/5", "us/cfr/45/303/11", Relation.WITHIN),
        ("us/cfr/45/303", "us/cfr/45/303/11", Relation.AROUND),
        ("us/cfr/45/303/1", "us/cfr/45/303/11", Relation.NONE),
        ("ca/fam/4058", "ca/fam/4059", Relation.NONE),
    ],
)
def test_a_rule_is_touched_by_a_change_of_itself_of_what_holds_it_and_of_its_parts(cited, changed, relation):
    assert related(Key.of(cited), Key.of(changed)) is relation


@pytest.mark.parametrize(
    ("text", "key"),
    # What citeurl 12.0.4 (Simon Raindrum Sherred) takes for title or code, section and subsection.
    [
        ("45 CFR 302.56(f)", "us/cfr/45/302/56/f"),
        ("42 U.S.C. § 654(20)(A)", "us/usc/42/654/20/a"),
        ("42 USC 658a", "us/usc/42/658a"),
        ("26 USC 152(e)", "us/usc/26/152/e"),
        ("22 CCR § 118203(a)", "ca/ccr/22/118203/a"),
        ("Cal. Fam. Code § 17400.5", "ca/fam/17400.5"),
        ("Cal. Civ. Proc. Code § 706.030", "ca/ccp/706.030"),
    ],
)
def test_another_reader_of_citations_takes_the_same_place_for_it(text, key):
    assert keys(text) == [key]


@pytest.mark.parametrize(
    "text",
    [
        "section 4058, " * 8_000,
        "45 CFR 303.11" + "(a)" * 30_000,
        "sections " + "1, " * 30_000,
        "§" * 60_000,
        "Family Code" + " " * 60_000,
        "1" * 90_000,
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text):
    def seconds(given):
        begin = time.process_time()
        find(given)
        return time.process_time() - begin

    # Four times the text may take four times as long; what is quadratic takes sixteen times.
    whole, part = seconds(text), seconds(text[: len(text) // 4])
    assert whole < 10 * part + 0.1


def planted(n):
    """A citation in one of many forms, its key, and how it stands to a change of 45 CFR 303.11(b)."""
    number = 10 + n
    forms = [
        (f"45 CFR 303.11(b)({n})", f"us/cfr/45/303/11/b/{n}", Relation.WITHIN),
        ("45 C.F.R. § 303.11 (b)", "us/cfr/45/303/11/b", Relation.EXACT),
        ("section 303.11(b)", "us/cfr/45/303/11/b", Relation.EXACT),
        ("45 CFR part 303", "us/cfr/45/303", Relation.AROUND),
        ("§ 303.11", "us/cfr/45/303/11", Relation.AROUND),
        (f"45 CFR 303.11(c)({n})", f"us/cfr/45/303/11/c/{n}", Relation.NONE),
        (f"45 CFR 303.{number + 1}", f"us/cfr/45/303/{number + 1}", Relation.NONE),
        (f"Family Code section {4000 + n}", f"ca/fam/{4000 + n}", Relation.NONE),
        (f"section {17000 + n}.5 of the Family Code", f"ca/fam/{17000 + n}.5", Relation.NONE),
        (f"CSSP-26-{number:02}", f"ca/dcss/cssp/26-{number:02}", Relation.NONE),
    ]
    return forms[n % len(forms)]


def test_d127_of_500_planted_citations_all_are_found_and_each_is_set_beside_the_rule_that_changed():
    plants = [planted(n) for n in range(1, 501)]
    text = "".join(
        f"Case {n} of 302.33 closes as {cited} has it, by Jan 8, 2027. " for n, (cited, *_) in enumerate(plants)
    )
    changed = Key.of("us/cfr/45/303/11/b")

    assert [(str(one.key), related(one.key, changed)) for one in find(text)] == [(key, how) for _, key, how in plants]
