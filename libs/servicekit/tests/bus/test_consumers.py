from servicekit.testing.drain import await_quiet


def test_what_is_committed_is_heard_in_order(maker, hear):
    hearer = hear()
    for n in range(20):
        maker.make(n)
    await_quiet([maker.worker, hearer.worker])
    assert hearer.heard() == [f"a{n}" for n in range(20)]
