"""Mosaics as SVG: the same pixels as the PNG's, words as words, never larger."""

import base64
import io
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from reportgen.drawing import svg, text
from reportgen.drawing.mosaic import arrange, mosaic
from reportgen.drawing.png import palette
from reportgen.records import Picture

HOSTILE = "<script>alert('1')</script> \"a\" & #1 100%"
SVG = "{http://www.w3.org/2000/svg}"


def tree(picture):
    return ElementTree.fromstring(picture.vector.decode())


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def number(element, name):
    return round(float(element.get(name, 0)))


def embedded(image):
    return pixels(base64.b64decode(image.get("href").removeprefix("data:image/png;base64,")))


def rgb(color):
    return tuple(bytes.fromhex(color.removeprefix("#")))


def painted(picture):
    """What a browser shows of frames and enlarged values, worked out from the SVG alone."""
    root = tree(picture)
    canvas = np.full((picture.height, picture.width, 3), 255, np.uint8)
    group = root.find(f"{SVG}g")
    left, top = (int(part) for part in group.get("transform")[10:-1].split())
    view = canvas[top:, left:]
    frames(group.find(f"{SVG}path"), view)
    image = group.find(f"{SVG}defs/{SVG}image")
    assert image.get("image-rendering") == "pixelated"
    strip = embedded(image)
    strip = strip.repeat(number(image, "height") // strip.shape[0], 0)
    strip = strip.repeat(number(image, "width") // strip.shape[1], 1)
    for window in group.findall(f"{SVG}svg"):
        y, height, width = (number(window, name) for name in ("y", "height", "width"))
        box = [int(part) for part in window.get("viewBox").split()]
        assert box == [0, box[1], width, height]
        for use in group.findall(f"{SVG}defs/{SVG}g/{SVG}use"):
            x, start = number(use, "x"), box[1] - number(use, "y")
            seen = strip[start : start + height, : max(width - x, 0)]
            view[y : y + height, x : x + seen.shape[1]] = seen
    return canvas


def frames(path, view):
    thick = number(path, "stroke-width")
    wide, gap = (int(part) for part in path.get("stroke-dasharray").split())
    for line in path.get("d").split("M0 ")[1:]:
        middle, length = (float(part) for part in line.split("h"))
        top = round(middle - thick / 2)
        for x in range(0, int(length), wide + gap):
            view[top : top + thick, x : x + wide] = rgb(path.get("stroke"))


def words(picture):
    return [(element.text, element) for element in tree(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize(("count", "columns"), [(64, 8), (10, 4), (3, 1), (5, 5), (3, 8)])
@pytest.mark.parametrize("size", [(13, 13), (3, 5), (9, 2)])
def test_every_pixel_is_that_of_the_png(count, columns, size):
    maps = np.random.default_rng(count).random((count, *size))
    maps[0, 0, 0] = np.nan
    layout = {"columns": columns, "tile": 60, "legend": None}
    data = svg.document(arrange(maps, **layout))
    picture = replace(mosaic(maps, **layout), vector=data)
    assert np.array_equal(painted(picture), pixels(picture.data))


def test_images_in_color_are_the_same_too():
    images = np.random.default_rng(0).integers(0, 40, (20, 9, 9, 3), dtype=np.uint8)
    picture = mosaic(images, columns=6, tile=54)
    assert np.array_equal(painted(picture), pixels(picture.data))


def test_under_labels_tiles_stand_where_they_stand_in_the_png():
    maps = np.random.default_rng(0).random((12, 7, 7))
    labels = [f"channel {i}" for i in range(12)]
    for more in ({"labels": labels}, {"labels": labels[:4], "row_labels": ["a", "b", "see"]}):
        picture = mosaic(maps, columns=4, tile=70, legend="activation", **more)
        shown, wanted = painted(picture), pixels(picture.data)
        drawn = (shown != 255).any(axis=2)
        assert drawn.sum() == 12 * 74 * 74
        assert np.array_equal(shown[drawn], wanted[drawn])


def test_all_words_are_there_and_stay_within_the_picture():
    maps = np.random.default_rng(0).random((6, 7, 7))
    labels = [f"a class with number {i}" for i in range(6)]
    picture = mosaic(
        maps, labels=labels, row_labels=["x", HOSTILE], columns=3, tile=112, legend="activation"
    )
    found = words(picture)
    said = " ".join(one for one, _ in found)
    assert said.count("number") == 6
    assert "activation" in said
    assert "x" in [one for one, _ in found]
    for one, element in found:
        size = int(element.get("font-size", text.SMALL))
        right = number(element, "x") + text.width(one, size)
        assert 0 <= number(element, "x") < right <= picture.width, one
        assert size <= number(element, "y") <= picture.height, one


def test_no_font_sets_words_beyond_the_edge():
    maps = np.random.default_rng(0).random((6, 7, 7))
    wide = mosaic(maps, labels=["wwwwww"] * 6, columns=3, tile=98, legend=None)
    fixed = str(text.width("wwwwww", text.SMALL))
    assert [one.get("textLength") for _, one in words(wide)] == 2 * [None, None, fixed]
    narrow = mosaic(maps, columns=1, legend="activation")
    said = "highest of each tile activation"
    found = {one: element.get("textLength") for one, element in words(narrow)}
    assert found == {"lowest": None, said: str(text.width(said, text.SMALL))}


def test_words_stand_where_the_png_has_them():
    maps = np.random.default_rng(0).random((6, 7, 7))
    picture = mosaic(maps, labels=list("abcdef"), row_labels=["one", "two"], columns=3, tile=70)
    seen = pixels(picture.data)
    for one, element in words(picture):
        x, y = number(element, "x"), number(element, "y")
        sprite = text.sprite(one, text.SMALL)
        part = seen[y - text.SMALL :, x:][: sprite.shape[0], : sprite.shape[1]]
        assert np.array_equal(part < 128, palette(part[0, :0])[sprite] < 128), one


def test_row_labels_stand_at_the_middle_of_their_tiles():
    picture = mosaic(
        np.random.default_rng(0).random((40, 7, 7)), labels=["a", "b"], columns=2, tile=70,
        row_labels=[f"row {i}" for i in range(20)],
    )  # fmt: skip
    found = [number(element, "y") for one, element in words(picture) if one.startswith("row")]
    head = text.height(text.SMALL)
    tops = [head + row * (74 + 12) for row in range(20)]
    assert [y + head / 2 - text.SMALL for y in found] == pytest.approx(
        [t + 37 for t in tops], abs=1
    )


def test_labels_of_low_rows_do_not_overlap():
    picture = mosaic(
        np.random.default_rng(0).random((400, 2, 2)), columns=20, tile=4, legend=None,
        row_labels=[f"row {i}" for i in range(20)],
    )  # fmt: skip
    found = [(one, number(element, "y")) for one, element in words(picture)]
    assert [one for one, _ in found] == [f"row {i}" for i in range(0, 20, 2)]
    assert {b - a for (_, a), (_, b) in pairwise(found)} == {40}


def test_words_of_strangers_stay_words():
    maps = np.random.default_rng(0).random((30, 7, 7))
    label = "<b>&amp;'\"#%\x00\ud800\x1b"
    picture = mosaic(maps, labels=[label] * 30, legend=HOSTILE, tile=280, columns=5)
    found = [one for one, _ in words(picture)]
    assert found[0] == "<b>&amp;'\"#%\ufffd\ufffd\ufffd"
    assert found[-1].endswith(HOSTILE)
    assert {element.tag for element in tree(picture).iter()} <= {
        SVG + name for name in ("svg", "g", "defs", "path", "image", "use", "text")
    }


def test_the_bar_runs_from_end_to_end():
    picture = mosaic(np.random.default_rng(0).random((20, 7, 7)), tile=70, legend="activation")
    bar = tree(picture).findall(f"{SVG}image")[0]
    colors = embedded(bar)[0]
    wanted = pixels(picture.data)[number(bar, "y") + 5, number(bar, "x") :][: number(bar, "width")]
    assert colors[0].tolist() == wanted[0].tolist()
    assert colors[-1].tolist() == wanted[-1].tolist()
    assert len(np.unique(colors, axis=0)) > 50


def test_the_same_input_gives_the_same_bytes_and_less_of_them():
    maps = np.random.default_rng(0).random((32, 13, 13))
    labels = [f"{i}: 0.{i}" for i in range(32)]
    picture = mosaic(maps, labels=labels)
    assert mosaic(maps.copy(), labels=labels) == picture
    assert 0 < len(picture.vector) < 0.7 * len(picture.data)
    assert tree(picture).get("viewBox") == f"0 0 {picture.width} {picture.height}"


def test_without_vector_the_png_is_the_same():
    maps = np.random.default_rng(0).random((32, 13, 13))
    assert mosaic(maps, pages=False) == replace(mosaic(maps), vector=b"")


def test_no_vector_where_it_would_not_be_smaller():
    small = arrange(np.zeros((1, 2, 2)))
    size = len(svg.document(small))
    for data, kept in ((bytes(size * 3 // 4 - 1), False), (bytes(size * 3 // 4 + 2), True)):
        found = svg.smaller(small, Picture(data, "image/png", 1, 1))
        assert found == (svg.document(small) if kept else b"")


def test_fine_tiles_stand_as_in_the_png_and_are_left_to_smoothing():
    maps = np.random.default_rng(0).random((20, 60, 60))
    picture = mosaic(maps, labels=[f"channel {i}" for i in range(20)], columns=5, tile=60)
    image = tree(picture).find(f"{SVG}g/{SVG}image")
    assert "pixelated" not in image.attrib.values()
    shown, wanted = embedded(image), pixels(picture.data)
    assert (number(image, "width"), number(image, "height")) == shown.shape[1::-1]
    drawn = (shown != 255).any(axis=2)
    assert drawn.sum() == 20 * 64 * 64
    assert np.array_equal(shown[drawn], wanted[: len(shown), : shown.shape[1]][drawn])
    assert len(picture.vector) < 1.34 * len(picture.data)


def test_no_strip_is_taller_than_screens_can_draw():
    maps = np.random.default_rng(0).random((2400, 7, 7))
    for count, strip in ((2000, True), (2400, False)):
        data = svg.document(arrange(maps[:count], tile=28, columns=30, legend=None))
        (image,) = ElementTree.fromstring(data).iter(f"{SVG}image")
        assert (image.get("image-rendering") == "pixelated") == strip
        assert embedded(image).shape[0] <= 16384
