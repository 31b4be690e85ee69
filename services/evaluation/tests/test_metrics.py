"""What operators see of tests: how they ended, never whose they were."""


def test_sittings_are_counted_by_test_and_by_how_they_ended(evaluation, published):
    assert evaluation.running.figures()["cadre_sittings", "others", "passed"] == 0
    evaluation.take(published, [], [], [])
    evaluation.start(published, by=evaluation.colleague)

    figures = evaluation.running.figures()

    test = published.name.split("/")[1]
    assert {key[2]: value for key, value in figures.items() if key[:2] == ("cadre_sittings", test)} == {
        "open": 1,
        "passed": 0,
        "failed": 1,
    }
