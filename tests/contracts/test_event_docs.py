from cadre_tools.docs import events as event_docs


def test_the_page_of_events_says_what_the_contracts_and_subscriptions_say():
    assert event_docs.TARGET.read_text(encoding="utf-8") == event_docs.page(), "run `make docs`"


def test_every_event_has_a_sentence():
    rows = [line for line in event_docs.page().splitlines() if line.startswith("| `cadre.")]
    assert len(rows) >= 14
    assert not [row for row in rows if "|  |" in row]
