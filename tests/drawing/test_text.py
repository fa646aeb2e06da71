import numpy as np

from reportgen.drawing import text
from reportgen.drawing.png import INK, PAPER


def test_words_are_ink_on_paper():
    shown = text.sprite("Heatmap 7°")
    assert shown.min() == PAPER
    assert shown.max() == INK
    assert shown.shape[1] == text.width("Heatmap 7°")


def test_nothing_is_cut_off():
    tall = text.sprite("Éjgpqy|")
    assert (tall[0] == PAPER).all()
    assert (tall[-1] == PAPER).all()


def test_fit_shrinks_then_cuts():
    assert text.fit("abc", 500) == ("abc", text.SIZE)
    room = text.width("a longer text", text.SMALL)
    assert text.fit("a longer text", room) == ("a longer text", text.SMALL)
    cut, size = text.fit("a longer text", room - 20)
    assert cut.endswith("…")
    assert text.width(cut, size) <= room - 20


def test_lines_break_between_words():
    broken = text.lines("7 px long, 1 px wide, red", text.width("7 px long, 1"))
    assert " ".join(broken) == "7 px long, 1 px wide, red"
    assert broken[0] == "7 px long, 1"


def test_pasting_outside_is_cut():
    canvas = np.zeros((3, 3), np.uint8)
    text.paste(canvas, np.ones((2, 2), np.uint8), 2, -1)
    assert canvas.tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]
