"""The rules of connections: where calls may go, what they say, and what follows from a try."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from notification.connections.rules import kinds
from notification.connections.rules.addresses import AddressRefused, is_public, place_of
from notification.connections.rules.payload import Told, payload
from notification.connections.rules.trying import OFF_AFTER, PAUSES, Answer, Off, Reason, next_try, off, reason_of
from servicekit.refusals import InvalidField

AT = datetime(2026, 12, 1, 17, tzinfo=UTC)
NOT_PUBLIC = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *(
        "168.63.129.16/32",
        "::/128",
        "::1/128",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "100::/64",
        "2001::/32",
        "2001:db8::/32",
    ),
    *("2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
]


@pytest.mark.parametrize("network", NOT_PUBLIC)
def test_no_number_of_a_network_that_is_not_public_is_called(network):
    net = ip_network(network)
    for number in (net[0], net[-1], net[net.num_addresses // 2]):
        assert not is_public(str(number)), number


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00:1450::5"]
)
def test_numbers_of_the_internet_are_called(number):
    assert is_public(number)


@given(st.integers(0, 2**32 - 1))
def test_a_private_number_in_the_disguise_of_a_longer_one_is_no_more_public(number):
    plain = IPv4Address(number)
    for long in (
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address(number),
    ):
        assert not is_public(str(long))
    if is_public(str(plain)):
        assert ip_address(str(plain)).is_global


@pytest.mark.parametrize(
    "text", ["", "localhost", "fe80::1%eth0", "1.2.3", "0x7f000001", "8.8.8.8:443", "a.example.com"]
)
def test_what_is_no_number_is_not_public(text):
    assert not is_public(text)


@pytest.mark.parametrize(
    ("address", "host", "port", "target"),
    [
        ("https://hooks.example.gov", "hooks.example.gov", 443, "/"),
        ("https://Hooks.Example.GOV/a/b?c=d&e=f", "hooks.example.gov", 443, "/a/b?c=d&e=f"),
        ("https://hooks.example.gov:8443/", "hooks.example.gov", 8443, "/"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/"),
    ],
)
def test_an_address_leads_to_a_host_and_a_port(address, host, port, target):
    place = place_of(address, this_machine=False)

    assert (place.scheme, place.host, place.port, place.target) == ("https", host, port, target)


@pytest.mark.parametrize(
    "address",
    [
        *("http://a.example.com", "HTTPS:a.example.com", "//a.example.com", "file:///etc/passwd", "", "https://"),
        *(
            "https://a",
            "https://localhost",
            "https://127.0.0.1",
            "https://2130706433",
            "https://0x7f.1",
            "https://127.1",
        ),
        *("https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://a.example.com:80", "https://a.example.com:0"),
        *(
            "https://a.example.com:99999",
            "https://a.example.com:x",
            "https://u@a.example.com",
            "https://u:p@a.example.com",
        ),
        *(
            "https://@a.example.com",
            "https://a.example.com\\@10.0.0.1/",
            "https://a.example.com/ x",
            "https://a..example.com",
        ),
        *(
            "https://-a.example.com",
            "https://a.example.com.",
            "https://bücher.example",
            "https://a.example.com/\n",
            "https://a.1",
        ),
        *("https://a.example.com#x", "https://a_b.example.com", "https://a.example.com:8080/"),
    ],
)
def test_addresses_that_calls_do_not_go_to(address):
    with pytest.raises(AddressRefused) as refused:
        place_of(address, this_machine=False)

    assert refused.value.metadata["why"]


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_address_or_refused(text):
    for address in (text, f"https://{text}", f"https://a.example.com/{text}"):
        try:
            place = place_of(address, this_machine=False)
        except AddressRefused:
            continue
        assert place.port in (443, 8443)
        assert place.target.startswith("/")


def test_with_the_setting_of_demonstrations_this_machine_is_called_and_nothing_else_more():
    assert place_of("http://127.0.0.1:8080/x", this_machine=True).port == 8080
    assert place_of("http://127.0.0.1/x", this_machine=True).port == 80
    for address in ("http://a.example.com/", "http://127.0.0.2/", "http://10.0.0.1/", "http://localhost/"):
        with pytest.raises(AddressRefused):
            place_of(address, this_machine=True)


def test_a_status_of_two_hundred_is_the_only_yes():
    assert [status for status in range(100, 600) if reason_of(status) is None] == list(range(200, 300))
    assert reason_of(410) is Reason.GONE
    assert {reason_of(status) for status in range(300, 400)} == {Reason.REDIRECT}


def test_tries_are_further_apart_each_time_and_end_after_three_days():
    failed, at, tries = Answer(Reason.STATUS, 500), AT, 1
    while (again := next_try(tries, failed, at, once=False)) is not None:
        at, tries = again, tries + 1

    assert tries == len(PAUSES) + 1
    assert list(PAUSES) == sorted(PAUSES)
    assert timedelta(days=2, hours=23) < at - AT <= timedelta(days=3)


@pytest.mark.parametrize("reason", Reason)
def test_what_will_not_change_is_not_tried_again(reason):
    again = next_try(1, Answer(reason), AT, once=False)

    assert (again is None) == (reason in (Reason.GONE, Reason.NO_SECRET))
    assert next_try(1, Answer(reason), AT, once=True) is None


def test_a_connection_goes_off_at_once_after_gone_and_else_after_five_days():
    failed = Answer(Reason.TIMED_OUT)

    assert off(Answer(Reason.GONE, 410), AT, AT) is Off.GONE
    assert off(failed, AT, AT + OFF_AFTER - timedelta(seconds=1)) is None
    assert off(failed, AT, AT + OFF_AFTER) is Off.FAILING


def test_a_call_says_the_same_at_each_try_and_names_resources_alone():
    told = Told(UUID(int=1), kinds.CONFIRMED, UUID(int=2), 3, "lake", AT)
    body = payload(told, connection="state/connections/x")

    assert body == payload(told, connection="state/connections/x")
    assert json.loads(body)["data"] == {
        "connection": "state/connections/x",
        "notice": f"notices/{UUID(int=2)}",
        "version": 3,
        "agency": "agencies/lake",
    }
    assert json.loads(body)["time"] == "2026-12-01T17:00:00Z"


def test_the_library_signs_as_the_scheme_says():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = '{"test": 2432232314}'
    signed = Webhook(secret).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), body)

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_kinds_are_some_of_the_table_each_once_and_in_its_order():
    assert kinds.check([kinds.READY, kinds.ISSUED, kinds.READY]) == [kinds.ISSUED, kinds.READY]
    for wrong in ([], ["ping"], [kinds.ISSUED, "letter.read"]):
        with pytest.raises(InvalidField):
            kinds.check(wrong)
