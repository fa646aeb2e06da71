"""Authors may write Markdown, and nothing that acts."""

from __future__ import annotations

import pytest

from reportgen.render.prose import author, inline, plain, steady


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("*a* & `<b>`", "<p><em>a</em> &amp; <code>&lt;b&gt;</code></p>"),
        ("# Head", "<h3>Head</h3>"),
        ("###### Head", "<h6>Head</h6>"),
        ("text\n- item", "<p>text</p>\n<ul>\n<li>item</li>\n</ul>"),
        ("text\n1. item", "<p>text</p>\n<ol>\n<li>item</li>\n</ol>"),
        ("```\na\n- b\n```", "<pre><code>a\n- b\n</code></pre>"),
        ("x<script>alert(1)</script>", "<p>x</p>"),
        ("<b onclick='x()' id='main' class='note'>b</b>", "<p><b>b</b></p>"),
        ("<img src='http://e.test/a.png'>x", "<p>x</p>"),
        ("<style>p{}</style>x", "<p>x</p>"),
        ("<h1>raw</h1>", "raw"),
        ("[x](javascript:alert(1))", '<p><a rel="noopener noreferrer">x</a></p>'),
        ("[x](data:text/html,a)", '<p><a rel="noopener noreferrer">x</a></p>'),
        ("[x](#there)", '<p><a href="#there" rel="noopener noreferrer">x</a></p>'),
        (
            "![alt text](https://e.test/p.png)",
            '<p><a href="https://e.test/p.png" rel="noopener noreferrer">alt text</a></p>',
        ),
        (
            "[![badge](http://e.test/b.svg)](http://e.test/)",
            '<p><a href="http://e.test/" rel="noopener noreferrer"><span>badge</span></a></p>',
        ),
    ],
)
def test_markdown_becomes_harmless_html(given: str, made: str) -> None:
    assert author(given).strip() == made


def test_tables_scroll_in_their_own_frame() -> None:
    made = author("| a | b |\n|:--|--:|\n| 1 | 2 |\n\ntext with &lt;table> and `<table>`")
    assert made.count('aria-label="Table, scrollable"><table>') == 1
    assert made.count("</table></div>") == 1
    assert '<td align="right">2</td>' in made


def test_backticks_mark_code_and_nothing_else_is_markup() -> None:
    assert inline("a `<b>` <i> `open") == "a <code>&lt;b&gt;</code> &lt;i&gt; `open"
    assert plain("a `<b>` `open") == "a <b> `open"


def test_overrides_of_direction_cannot_turn_numbers_around() -> None:
    assert steady("61\u202e% \x00\n\té") == "61\ufffd% \ufffd\n\té"
