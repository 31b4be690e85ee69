"""What an author writes becomes HTML that can do no harm and goes on from the page's own headings."""

import pytest

from gateway.web.markdown import to_html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="#" onclick="alert(1)">x</a>',
        "<style>*{display:none}</style>",
    ],
)
def test_nothing_active_comes_through(text):
    html = to_html(text)

    for active in ("<script", "<img", "<style", "<a onclick", 'href="javascript', 'href="data'):
        assert active not in html


def test_headings_go_on_from_the_pages_own():
    assert to_html("# One\n\n## Two", 2) == "<h2>One</h2>\n<h3>Two</h3>\n"
    assert to_html("## One", 3) == "<h3>One</h3>\n"


def test_a_tables_header_cells_have_their_scope_and_an_empty_corner_is_no_header():
    html = to_html("| | Now |\n|---|---|\n| Fee | None |\n| | Later |")

    assert "<td></td>" in html
    assert '<th scope="col">Now</th>' in html
    assert '<th scope="row">Fee</th>\n<td>None</td>' in html
    assert "<td></td>\n<td>Later</td>" in html
