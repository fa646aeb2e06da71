"""Values in an author's Markdown: what is one, what stays literal, and how pages show it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.cited_values import cited, cited_in_line, resolved
from reportgen.render import prose
from reportgen.render.markdown_page import author
from reportgen.render.views import CitedView

VALUES = {
    "a.b@c_d": CitedView("0.412", "0.412", "41.2%"),
    "x": CitedView("-1", "-1 px", "-100%"),
    'k.<"&': CitedView("1", "1", "100%"),
}
DATA = '<data value="-1" data-evidence="x">-1 px</data>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('{{ value("x") }}', f"<p>{DATA}</p>"),
        ('{{value("x")}}', f"<p>{DATA}</p>"),
        ('a {{ value("a.b@c_d" , "%") }}',
         '<p>a <data value="0.412" data-evidence="a.b@c_d">41.2%</data></p>'),
        ('_a {{ value("x") }}_', f"<p><em>a {DATA}</em></p>"),
        ('[{{ value("x") }}][1]\n\n[1]: http://b.de',
         f'<p><a href="http://b.de" rel="noopener noreferrer">{DATA}</a></p>'),
        ('$a_{{ value("x") }}b_$', f"<p>$a_{DATA}b_$</p>"),
        ('`{{ value("zz") }}`', '<p><code>{{ value("zz") }}</code></p>'),
        ('``{{ value("zz") }} ` ``', '<p><code>{{ value("zz") }} `</code></p>'),
        ('    {{ value("zz") }}', '<pre><code>{{ value("zz") }}\n</code></pre>'),
        ('~~~\n{{ value("zz") }}\n~~~', '<pre><code>{{ value("zz") }}\n</code></pre>'),
        ('\\{{ value("zz") }}', '<p>{{ value("zz") }}</p>'),
        ("{{ value }} {{ config }} {% for %}", "<p>{{ value }} {{ config }} {% for %}</p>"),
        ('<data value="3" data-evidence="x">9</data>', "<p>9</p>"),
        ('[t](http://b.de "{{ value("x") }}")',
         '<p><a href="http://b.de" title="-1 px" rel="noopener noreferrer">t</a></p>'),
        ("\ue0000\ue001", "<p>\ufffd0\ufffd</p>"),
    ],
)  # fmt: skip
def test_in_html(text: str, html: str) -> None:
    assert prose.author(text, VALUES) == html


def test_a_list_and_a_table() -> None:
    assert f"<li>{DATA}</li>" in prose.author('text\n- {{ value("x") }}', VALUES)
    table = '| a |\n| --- |\n| {{ value("x") }} |'
    assert f"<td>{DATA}</td>" in prose.author(table, VALUES)


@pytest.mark.parametrize(
    "text",
    ["{{ value(x) }}", '{{ value("x" | safe) }}', '{{ value("x"', "{{ value('x') }}",
     '{{ value("x", "+") }}', '{{ value("x")|int }}', '{{ value("x").y }}', "{{ value() }}",
     '{{ value("x") + value("y") }}'],
)  # fmt: skip
def test_anything_else_that_asks_for_a_value_is_a_mistake(text: str) -> None:
    assert [(item.id, item.line) for item in cited(f"a\n\nb {text} c")] == [("", 3)]


def test_markdown_and_html_take_the_same_values() -> None:
    text = (
        'A {{ value("x") }} `{{ value("x") }}` {{ value("a.b@c_d", "%") }}\n\n    {{ value("x") }}'
    )
    shown = 'A -1 px `{{ value("x") }}` 41.2%\n\n    {{ value("x") }}'
    assert author(text, VALUES) == shown
    assert prose.with_values(text, VALUES) == shown


def test_a_caption_is_plain_text_with_code() -> None:
    text = '{{ value("x") }}, `{{ value("y") }}`'
    assert [(c.id, c.start) for c in cited_in_line(text)] == [("x", 0)]
    assert resolved(text, cited_in_line(text), lambda c: c.id) == 'x, `{{ value("y") }}`'


def test_ids_are_escaped() -> None:
    text = '{{ value("k.<"&") }}'
    assert cited(text)[0].id == ""


PIECES = st.lists(
    st.sampled_from(['{{ value("x") }}', "`", "``", "\n", "\n\n", "    ", "* ", "[a]", "(b)", "\\",
                     "<b>", "<!--", "-->", "_", "word ", "~~~\n", "| ", "> ", "#", "{{", "}}"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(PIECES)
def test_every_value_is_shown_once_or_literal(text: str) -> None:
    found = cited(text)
    assert [item.start for item in found] == sorted({item.start for item in found})
    if all(item.id for item in found):
        html = prose.author(text, VALUES)
        assert "\ue000" not in html
        assert html.count("<data") <= len(found)
