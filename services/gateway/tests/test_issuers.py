"""The file of issuers says whom each may vouch for, in so many words, or nobody is signed in by it."""

import pytest

from gateway.identity import issuers

GOOD = {
    "slug": '"lake"',
    "title": '"Lake County"',
    "url": '"https://id.lake.example.gov"',
    "client_id": '"cadre"',
    "client_secret_file": '"secret"',
    "agencies": '["lake", "mendocino"]',
    "claim": '"staff_number"',
}


def written(tmp_path, *tables, secret="hush"):
    (tmp_path / "secret").write_text(secret)
    file = tmp_path / "issuers.toml"
    file.write_text("".join("[[issuer]]\n" + "".join(f"{k} = {v}\n" for k, v in one.items()) for one in tables))
    return file


def test_an_issuer_vouches_for_its_agencies_or_for_the_state(tmp_path):
    state = GOOD | {"slug": '"state"', "agencies": '"state"', "claim": '"email"', "claim_name": '"upn"'}

    lake, whole = issuers.load(written(tmp_path, GOOD, state)).values()

    assert (lake.slug, lake.agencies, lake.claim_name) == (
        "lake",
        ("agencies/lake", "agencies/mendocino"),
        "staff_number",
    )
    assert (whole.agencies, whole.claim, whole.claim_name) == (None, "email", "upn")
    assert lake.client_secret == "hush"
    assert "hush" not in repr(lake)
    assert issuers.load(None) == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": '"http://id.lake.example.gov"'}, "https://"),
        ({"agencies": "[]"}, "agencies must be"),
        ({"agencies": '"all"'}, "agencies must be"),
        ({"agencies": None}, "agencies must be"),
        ({"claim": '"name"'}, "claim must be"),
        ({"slug": '"La ke"'}, "slug must be"),
        ({"client_id": '""'}, "client_id is missing"),
        ({"client_secret_file": '"elsewhere"'}, "client_secret_file cannot be read"),
        ({"audience": '"x"'}, "unknown audience"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_the_place(tmp_path, wrong, said):
    table = {key: value for key, value in (GOOD | wrong).items() if value is not None}

    with pytest.raises(issuers.IssuersWrong, match=f"issuer 1.*{said}"):
        issuers.load(written(tmp_path, table))


def test_two_issuers_of_one_slug_an_empty_secret_and_other_content_are_refused(tmp_path):
    with pytest.raises(issuers.IssuersWrong, match="issuer 2: the slug lake is taken"):
        issuers.load(written(tmp_path, GOOD, GOOD))
    with pytest.raises(issuers.IssuersWrong, match="is empty"):
        issuers.load(written(tmp_path, GOOD, secret=" "))
    (tmp_path / "issuers.toml").write_text("[issuers]")
    with pytest.raises(issuers.IssuersWrong, match="must hold"):
        issuers.load(tmp_path / "issuers.toml")
    with pytest.raises(issuers.IssuersWrong, match="cannot be read"):
        issuers.load(tmp_path / "nothing.toml")
