"""What operators see of the catalogue."""


def test_courses_are_counted_by_whether_they_can_be_taken(curriculum):
    curriculum.create("one")
    twice = curriculum.create("two")
    curriculum.publish(twice)

    figures = curriculum.running.figures()

    assert figures["cadre_courses", "published"] == 1
    assert figures["cadre_courses", "listed only"] == 1
    assert figures["cadre_course_versions",] == 1
    assert figures["cadre_courses_unreviewed",] == 1
