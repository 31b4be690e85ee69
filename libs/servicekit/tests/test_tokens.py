"""What a signer may promise: a token of more than five minutes, or from the future, is good for nothing."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from servicekit.refusals import NotSignedIn
from servicekit.rpc import keys
from servicekit.rpc.tokens import AUDIENCE, Signer, Verifier
from servicekit.testing.plugin import ISSUER

NOW = datetime(2024, 3, 10, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def forge(keys_dir):
    """Sign whatever claims one likes with a real key, as who stole it could."""

    def signed(name=ISSUER, **claims):
        said = {"iss": name, "sub": "people/9", "aud": AUDIENCE, "rights": {}, "iat": NOW, "exp": NOW + 60 * SECOND}
        claims = {key: value for key, value in (said | claims).items() if value is not None}
        return jwt.encode(claims, keys.load_private(keys_dir, name), algorithm="EdDSA", headers={"kid": name})

    return signed


@pytest.fixture
def whom(keys_dir):
    verifier = Verifier(keys_dir)
    return lambda token, now=NOW: verifier.principal(token, now).name


@pytest.mark.parametrize("name", [ISSUER, "gateway"])
def test_a_token_that_promises_more_than_five_minutes_is_refused_from_its_first_second(forge, whom, name):
    five = forge(name, exp=NOW + 300 * SECOND)
    with pytest.raises(NotSignedIn, match="longer"):
        whom(forge(name, exp=NOW + 301 * SECOND))
    with pytest.raises(NotSignedIn, match="longer"):
        whom(forge(name, exp=NOW + timedelta(days=3650)))
    assert whom(five, NOW + 299 * SECOND)
    with pytest.raises(NotSignedIn, match="expired"):
        whom(five, NOW + 300 * SECOND)


def test_a_token_of_an_hour_ago_is_refused_whatever_end_it_names(forge, whom):
    with pytest.raises(NotSignedIn):
        whom(forge(iat=NOW - timedelta(hours=1), exp=NOW + 60 * SECOND))


def test_a_token_from_the_future_is_refused_but_for_clocks_a_few_seconds_apart(forge, whom):
    assert whom(forge(iat=NOW + 5 * SECOND, exp=NOW + 305 * SECOND)) == "people/9"
    with pytest.raises(NotSignedIn, match="future"):
        whom(forge(iat=NOW + 6 * SECOND, exp=NOW + 306 * SECOND))
    with pytest.raises(NotSignedIn, match="future"):
        whom(forge(iat=NOW + timedelta(days=365), exp=NOW + timedelta(days=365, minutes=5)))


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"iat": None},
        {"exp": "1e12"},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"iat": float("-inf"), "exp": float("-inf")},
        {"iat": [1], "exp": True},
        {"rights": None},
        {"rights": ["people.read"]},
        {"rights": {"people.read": 7}},
        {"aud": "others"},
    ],
    ids=str,
)
def test_a_token_whose_claims_have_no_sense_is_refused_and_breaks_nothing(forge, whom, claims):
    with pytest.raises(NotSignedIn):
        whom(forge(**claims))


def test_what_our_own_signers_mint_is_good_at_once_and_for_five_minutes(keys_dir, whom):
    token = Signer(keys_dir, ISSUER).mint("people/9", {}, now=NOW + 0.9 * SECOND)
    assert whom(token, NOW) == "people/9"
    assert whom(token, NOW + 299 * SECOND) == "people/9"
