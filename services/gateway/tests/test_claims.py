"""What providers send, in the forms that real ones send it in; one of our own on loopback says it."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from gateway.identity.issuers import EMAIL, STAFF_NUMBER, Issuer
from gateway.identity.oidc import Attempt, Provider
from gateway.identity.troubles import SignInFailed, Trouble

ADDRESS = "lupe.marsh@modoc.example.org"
ATTEMPT = Attempt("a-state", "a-nonce", "v" * 64)


@pytest.fixture(scope="module")
def key():
    return RSAKey.generate_key(2048, parameters={"kid": "of-today", "use": "sig"})


@pytest.fixture
def provider(key):
    """A provider whose answers a test chooses: `claims` of its ID token, `more` at user info, `keys` it publishes."""
    says = SimpleNamespace(claims={}, more=None, keys=[key.as_dict(private=False)])

    class Answers(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            match self.path:
                case "/keys":
                    self._say({"keys": says.keys})
                case "/me":
                    self._say({"sub": "s-1", **(says.more or {})})
                case _:
                    ends = {"authorization": "/authorize", "token": "/token"}
                    ends |= {"userinfo": "/me"} if says.more is not None else {}
                    found = {f"{name}_endpoint": says.url + path for name, path in ends.items()}
                    self._say({"issuer": says.url, "jwks_uri": says.url + "/keys", **found})

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            now = int(time.time())
            claims = {"iss": says.url, "aud": "us", "sub": "s-1", "iat": now, "exp": now + 99, "nonce": ATTEMPT.nonce}
            token = jwt.encode({"alg": "RS256", "kid": "of-today"}, claims | says.claims, key)
            self._say({"access_token": "t", "token_type": "Bearer", "id_token": token})

        def _say(self, what):
            content = json.dumps(what).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        says.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield says
        server.shutdown()
        thread.join()


@pytest.fixture
def whom(provider):
    def asked(claim=EMAIL, claim_name=""):
        issuer = Issuer("modoc", "Modoc", provider.url, "us", "s" * 32, ("agencies/modoc",), claim, claim_name or claim)
        return Provider(issuer).whom({"code": "c"}, ATTEMPT, "http://localhost/back")

    return asked


@pytest.fixture
def refusal(whom):
    def asked(*claim):
        with pytest.raises(SignInFailed) as failed:
            whom(*claim)
        return failed.value

    return asked


@pytest.mark.parametrize("verified", [True, "true", "True", " TRUE "])
def test_an_address_is_verified_in_the_forms_that_providers_say_it(provider, whom, verified):
    provider.claims = {"email": ADDRESS, "email_verified": verified}
    assert whom() == ADDRESS


@pytest.mark.parametrize(
    ("verified", "form"),
    [(False, "false"), ("false", "text"), ("yes", "text"), (1, "a number"), ([True], "a list of 1"), (None, "null")],
)
def test_an_address_that_is_not_verified_is_refused_with_claim_and_form(provider, refusal, verified, form):
    provider.claims = {"email": ADDRESS, "email_verified": verified}
    provider.more = {"email": ADDRESS, "email_verified": True}
    failed = refusal()
    assert failed.trouble is Trouble.NOT_SAID
    assert failed.for_help_desk == f"the claim email_verified is {form}, and has to be true"


@pytest.mark.parametrize(
    ("signed", "more"),
    [
        ({"email": ADDRESS}, {"email_verified": True}),
        ({"email": ADDRESS}, {"email": ADDRESS.upper(), "email_verified": "true"}),
        ({}, {"email": ADDRESS, "email_verified": True}),
        ({"email_verified": True}, {"email": ADDRESS}),
    ],
)
def test_what_the_id_token_leaves_open_user_info_may_say(provider, whom, signed, more):
    provider.claims, provider.more = signed, more
    assert whom() == ADDRESS


@pytest.mark.parametrize(
    ("signed", "more", "said"),
    [
        ({"email": ADDRESS}, None, "the claim email_verified is missing"),
        ({"email": ADDRESS}, {"email": ADDRESS}, "the claim email_verified is missing"),
        ({"email_verified": True}, {}, "the claim email is missing"),
        ({"email": ADDRESS}, {"email": "another@modoc.example.org", "email_verified": True}, "the claim email is one"),
        ({"email_verified": True}, {"email": ADDRESS, "email_verified": False}, "the claim email_verified is false"),
        ({"email": "", "email_verified": True}, None, "the claim email is empty text"),
        ({"email": [ADDRESS, "b@modoc.example.org"], "email_verified": True}, None, "the claim email is a list of 2"),
        ({"email": "lupe", "email_verified": True}, None, "the claim email is text without @"),
        ({"email": 7, "email_verified": True}, None, "the claim email is text without @"),
    ],
)
def test_an_address_that_is_missing_or_contradicted_is_refused(provider, refusal, signed, more, said):
    provider.claims, provider.more = signed, more
    failed = refusal()
    assert (failed.trouble, failed.for_help_desk.startswith(said)) == (Trouble.NOT_SAID, True), failed.for_help_desk
    assert ADDRESS not in failed.for_help_desk


@pytest.mark.parametrize(
    ("value", "number"), [("M-0071", "M-0071"), (" 71 ", "71"), (71, "71"), (["M-0071"], "M-0071"), ([71], "71")]
)
def test_a_staff_number_is_taken_as_text_as_a_number_and_as_a_list_of_one(provider, whom, value, number):
    provider.claims = {"employeeNumber": value}
    assert whom(STAFF_NUMBER, "employeeNumber") == number


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ([], "a list of 0"),
        (["M-1", "M-2"], "a list of 2"),
        ([["M-1"]], "a list of 1"),
        (71.5, "a number with a fraction"),
        (-3, "a number"),
        (True, "true"),
        ({"value": "M-1"}, "an object"),
        ("  ", "empty text"),
        ("M\0", "text"),
        (None, "null"),
    ],
)
def test_a_staff_number_in_another_form_is_refused_with_claim_and_form(provider, refusal, value, form):
    provider.claims = {"employeeNumber": value}
    failed = refusal(STAFF_NUMBER, "employeeNumber")
    expected = f"the claim employeeNumber is {form}, and has to be one text or whole number"
    assert (failed.trouble, failed.for_help_desk) == (Trouble.NOT_SAID, expected)


@pytest.mark.parametrize(
    "beside",
    [
        {"kty": "EC", "crv": "secp999", "kid": "odd", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-384", "kid": "off", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed9000", "kid": "okp", "x": "AA"},
        {"kty": "LATTICE", "kid": "new", "pub": "AA"},
        {"kty": "RSA", "kid": "short"},
        {"kty": ["RSA"]},
        "no key at all",
        None,
    ],
    ids=str,
)
def test_a_key_that_we_cannot_read_is_passed_over(provider, whom, beside):
    provider.claims = {"email": ADDRESS, "email_verified": True}
    provider.keys = [beside, *provider.keys, ECKey.generate_key("P-256", {"kid": "other"}).as_dict(private=False)]
    assert whom() == ADDRESS


@pytest.mark.parametrize("keys", [[], None, {"kty": "RSA"}, [{"kty": "EC", "crv": "secp999"}]], ids=str)
def test_a_provider_without_a_key_that_we_can_read_signs_nobody_in(provider, refusal, keys):
    provider.keys = keys
    assert refusal().trouble is Trouble.DOWN


@pytest.mark.parametrize(
    ("claims", "trouble", "said"),
    [
        ({"iat": "1700000000"}, Trouble.UNTRUSTED, "the claim iat is text, and has to be a number"),
        ({"iat": 2**40}, Trouble.CLOCKS, "the claim iat is later than now"),
        ({"aud": "them"}, Trouble.UNTRUSTED, "the claim aud is not as we asked for"),
        ({"aud": ["us", "them"]}, Trouble.UNTRUSTED, "the claim azp is missing"),
        ({"nonce": "another"}, Trouble.UNTRUSTED, "the claim nonce is not as we asked for"),
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_and_now_is_refused_with_its_claim(provider, refusal, claims, trouble, said):
    provider.claims = {"email": ADDRESS, "email_verified": True} | claims
    failed = refusal()
    assert (failed.trouble, failed.for_help_desk) == (trouble, said)
