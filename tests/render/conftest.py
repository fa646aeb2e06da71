"""A report with everything that pages must bear: many sizes, many heads, hostile names."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from reportgen.drafting import Sentence, draft, number, percent, quoted
from reportgen.records import (
    Block,
    Evidence,
    Figure,
    LayerRow,
    ModelFacts,
    Note,
    Report,
    Section,
    Table,
    Verdict,
)

HOSTILE = "<script>alert('1')</script> | \"a\" & `b` *c* _d_ [e](f) ](#x) <!-- \u202e\x07é🙂 $g$"
HEADS = ("length", "width", "color", "angle")


STEP = 4


def png(width: int, height: int, shade: Callable[[int, int], tuple[int, int, int]]) -> bytes:
    """A PNG of squares of STEP pixels, from a function of their column and row."""
    rows = b"".join(
        (b"\0" + b"".join(bytes(shade(x, y)) * STEP for x in range(0, width, STEP))) * STEP
        for y in range(0, height, STEP)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def tiles(width: int, height: int, size: int) -> bytes:
    """A mosaic of blobs on white, as feature maps look."""

    def shade(x: int, y: int) -> tuple[int, int, int]:
        i, j, u, v = x // size, y // size, x % size, y % size
        if u < 8 or v < 8:
            return 255, 255, 255
        a, b = (i * 37 + j * 61) % 100 / 100, (i * 53 + j * 17) % 100 / 100
        distance = math.hypot((u // 8 * 8) / size - a, (v // 8 * 8) / size - b)
        level = math.exp(-6 * distance * distance)
        return int(68 + 185 * level), int(1 + 230 * level), int(84 + 60 * level * (1 - level))

    return png(width, height, shade)


CURVES = b"""<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="640"
viewBox="0 0 600 320"><style>.l{fill:none;stroke-width:2.5}</style>
<rect width="600" height="320" fill="#fff"/>
<path d="M50 20V280H580" style="fill:none;stroke:#444"/>
<path class="l" stroke="#1f77b4" d="M50 250C120 90 260 60 580 40"/>
<path class="l" stroke="#d95f02" d="M50 262C140 130 280 86 580 74"/>
<text x="300" y="310" font-family="sans-serif" font-size="14">Epoch</text></svg>"""


def evidence(
    id: str, value: float | int | None, figure: str, unit: str = "", how: str = "", **more: object
) -> Evidence:
    """Evidence with little to say."""
    facts = {"n": None, "interval": None, "baseline": None} | more
    return Evidence(id=id, value=value, unit=unit, how=how, figure=figure, **facts)  # type: ignore[arg-type]


LAYERS = (
    LayerRow("Input_Image", "InputLayer", "(None, 28, 28, 3)", 0, ()),
    LayerRow("conv2d_1", "Conv2D", "(None, 28, 28, 10)", 760, ("Input_Image[0][0]",)),
    LayerRow("max_pooling2d_1", "MaxPooling2D", "(None, 14, 14, 10)", 0, ("conv2d_1[0][0]",)),
    LayerRow("flatten_1", "Flatten", "(None, 288)", 0, ("max_pooling2d_1[0][0]",)),
    LayerRow("dense_1", "Dense", "(None, 1024)", 3_965_952, ("flatten_1[0][0]",)),
    *(LayerRow(head, "Dense", "(None, 1)", 129, ("dense_1[0][0]",)) for head in HEADS),
    LayerRow(HOSTILE, "Add|er", "(None, 1)", 0, ("length[0][0]", "width[0][0]")),
)


def model(name: str, title: str) -> ModelFacts:
    """A model with four heads."""
    metrics = {f"{s}.{h}.{m}": 0.9 for s in ("train", "test") for h in HEADS for m in ("accuracy",)}
    return ModelFacts(
        name=name,
        title=title,
        source="zoo:variation_3",
        dataset="line",
        layers=LAYERS,
        total_params=3_967_228,
        trainable_params=3_967_164,
        non_trainable_params=64,
        digest="3f9a" * 16,
        history={"loss": (1.5, 0.25), "val_loss": (1.25, 0.5)},
        metrics=metrics,
        counts={"train": 67_200, "validation": 9_600, "test": 19_200},
        training={"epochs": 5, "optimizer": "adam", "schedule": None},
    )


def note(id: str, rule: str, verdict: Verdict, text: str, *cited: Evidence) -> Note:
    return draft(id, rule, verdict, Sentence(text, cited))


def summary(section: str, model: str, block: str) -> Block:
    """The table of a model's layers."""
    rows = tuple(
        (f"{row.name} ({row.type})", row.output_shape, row.params, ", ".join(row.connected_to))
        for row in LAYERS
    )
    columns = ("Layer (type)", "Output shape", "Param #", "Connected to")
    footer = ("Total params: 3,967,228", "Trainable params: 3,967,164", "Non-trainable params: 64")
    table = Table("", columns, rows, "Layers of `vari_3`, in order.", footer=footer)
    figure = Figure(
        id=block, kind="summary", section=section, model=model, layers=(), title="",
        file=f"figures/{block}.csv", media_type="text/csv", width=4, height=len(rows),
        caption=table.caption, alt="", digest="d", table=table,
    )  # fmt: skip
    items = (evidence(f"{block}.params", 3_967_228, block, how="Sum over all layers."),)
    text = f"The model has {number(items[0].value)} parameters."
    notes = (note(f"{block}.size", "summary", "info", text, items[0]),)
    return Block(block, "summary", "Summary", "", model, (figure,), items, notes)


def picture(block: str, part: str, section: str, model: str, size: tuple[int, int]) -> Figure:
    """A picture; its file is a PNG of that size."""
    name = f"{block}-{part}" if part else block
    return Figure(
        id=name, kind=block.rpartition("-")[0], section=section, model=model,
        layers=("conv2d_1",), title=part.capitalize(), file=f"figures/{name}.png",
        media_type="image/png", width=size[0], height=size[1], digest="d",
        caption=f"Grad-CAM of layer `conv2d_1` for the output “{part}”; brighter is stronger.",
        alt=f"Heatmaps of {size[0]} pixels for {part}, brightest along the line.",
    )  # fmt: skip


def heatmaps(section: str, model: str, block: str) -> Block:
    """One picture for each head, with what was measured of them."""
    figures = tuple(picture(block, head, section, model, (560, 288)) for head in HEADS)
    items = tuple(
        evidence(
            f"{block}.energy_in_foreground@{head}", 0.61 + 0.0712 * i, figures[i].id,
            n=96, interval=(0.6 + 0.07 * i, 0.63 + 0.073 * i), baseline=0.041,
            how="Share of a map's sum inside the line's mask, mean over images with a map.",
        )
        for i, head in enumerate(HEADS)
    )  # fmt: skip
    notes = tuple(
        note(
            f"{block}.focus@{head}", "grad_cam", "info",
            f"For `{head}` the maps hold {percent(item.value)} of their energy on the line, "
            f"chance {percent(item.baseline)}.", item,
        )
        for head, item in zip(HEADS, items, strict=True)
    )  # fmt: skip
    return Block(block, "grad_cam", "Class activation heatmaps", "", model, figures, items, notes)


def wide(section: str, model: str, block: str) -> Block:
    """A large mosaic and a chart under an author's caption."""
    maps = replace(picture(block, "maps", section, model, (1440, 720)), title=HOSTILE, alt=HOSTILE)
    curves = replace(
        picture(block, "curves", section, model, (1200, 640)),
        file=f"figures/{block}-curves.svg", media_type="image/svg+xml",
    )  # fmt: skip
    count = evidence(f"{block}.still@conv2d_1", None, block, "filters", how="No filter was tried.")
    caption = f"My own words on it: {HOSTILE}"
    return Block(block, "feature_maps", HOSTILE, caption, model, (maps, curves), (count,), ())


def scores(section: str, model: str, block: str) -> Block:
    """A table of fractions with an absent cell."""
    table = Table(
        "", ("Split", "Accuracy", "Loss", "Images"),
        (("train", 0.99876, 0.00432, 67_200), ("test", 0.98, 1e-7, 19_200), ("none", None, 2.0, 0)),
        "How well each split is told apart. The best is set in bold.", marks=((0, 1),),
    )  # fmt: skip
    figure = Figure(
        id=block, kind="evaluation", section=section, model=model, layers=(), title="",
        file=f"figures/{block}.csv", media_type="text/csv", width=4, height=3,
        caption=table.caption, alt="", digest="d", table=table,
    )  # fmt: skip
    items = (
        evidence(f"{block}.accuracy@test.length", 0.98, block, n=19_200, interval=(0.978, 0.982),
                 baseline=0.5, how="Share of test images whose class has the highest score."),
    )  # fmt: skip
    return Block(
        block, "evaluation", "Evaluation", "In my words: it works.", model, (figure,), items, ()
    )


INTRO = """
We look at *three* ways to see what a network has learned:
1. **Feature maps** show which parts of an image a filter answers to.
2. **Filters** as images that maximize them, after [Erhan et al.](https://example.org/a?b=1&c=2)
3. **Heatmaps** of class activation, written `L = ReLU(sum(w * A))`.

# Why lines?

> A line has four labels: its *length*, *width*, *color* and *angle*.

| head | classes |
|:-----|--------:|
| length | 2 |
| angle | 12 |

```python
maps = grad_cam(model, images)  # <raw>

print(maps.shape)
```
"""

WICKED = """# Raised

<script>alert(2)</script><b onclick="alert(3)" id="main">bold</b> ![spy](http://evil.test/p.png)
<img src=x onerror=alert(4)> [js](javascript:alert(5)) <style>body{display:none}</style>
[![badge](http://evil.test/b.svg)](http://evil.test/)

Setext
======

<details><summary>open

```
never closed <iframe src="http://evil.test/"></iframe>
"""


def inferences(first: Evidence, second: Evidence, derived: Evidence) -> tuple[Note, ...]:
    """One of each verdict; one edited by the author."""
    low, high = second.interval or (0.0, 0.0)
    reached = f"{number(second.value)} ({number(low)} to {number(high)})"
    return (
        note("inferences.shallow", "shallow", "supported",
             f"Layer `conv2d_1` of {quoted(HOSTILE)} keeps {percent(first.value)} of its energy on "
             f"the line over {first.n} images, well above {percent(first.baseline)}; a shallow "
             "network is enough here.", first),
        note("inferences.heads", "heads", "contradicted",
             f"Heads were expected to differ, but the second reaches {reached}.", second),
        note("inferences.count", "count", "inconclusive", "Only 1 model can be compared.",
             derived, first, second),
        replace(note("inferences.size", "size", "info", "All in all 1 was built.", derived),
                origin="edited"),
    )  # fmt: skip


def base_section(name: str, title: str, text: str, model: str) -> Section:
    """A section with a summary, heatmaps and more."""
    blocks = (
        summary(name, model, f"summary-{name}"),
        scores(name, model, f"evaluation-{name}"),
        wide(name, model, f"feature_maps-{name}"),
        heatmaps(name, model, f"grad_cam-{name}"),
    )
    return Section(name, title, text, model, blocks)


@pytest.fixture(scope="session")
def report() -> Report:
    """The report."""
    sections = (
        base_section("base", "Base model over line data", INTRO, "base_line"),
        base_section("vari_3", f"Variation 3 {HOSTILE}", WICKED, "vari_3"),
        Section(
            "deep", "Deep model over line data", "", "",
            (
                Block("grad_cam-deep", "grad_cam", "Class activation heatmaps", "", "vari_3",
                      (), (), (), undefined="`vari_3` has no convolution layer to draw."),
            ),
        ),
    )  # fmt: skip
    energy = sections[0].blocks[3].evidence
    sources = (energy[0].id, sections[1].blocks[3].evidence[1].id)
    derived = evidence(
        "inferences.count.models", 1, energy[0].figure, "models",
        "number of models compared (from 2 measures: energy_in_foreground)", sources=sources,
    )  # fmt: skip
    return Report(
        slug="chapter-3",
        title="Network Visualization",
        authors=("A. Student", "B. <b>old</b>"),
        intro=INTRO,
        models=(model("base_line", "Base model"), model("vari_3", HOSTILE)),
        sections=sections,
        inferences=inferences(energy[0], energy[1], derived),
        provenance={
            "reportgen": "0.1.0",
            "seed": 7,
            "device": "CPU",
            "libraries": {"keras": "3.15", "numpy": "2.4", "tensorflow": "2.21"},
            "models": {"base_line": "3f9a" * 16, HOSTILE: "77" * 32},
            "steps": [{"name": "train"}, {"name": "draw"}],
            "deterministic": True,
            "notes": [],
        },
        derived=(derived,),
    )


@pytest.fixture(scope="session")
def files(report: Report) -> dict[str, bytes]:
    """The bytes of its pictures."""
    drawn = {(560, 288): tiles(560, 288, 140), (1440, 720): tiles(1440, 720, 180)}
    figures = [f for s in report.sections for b in s.blocks for f in b.figures if f.table is None]
    return {
        figure.file: CURVES if figure.file.endswith("svg") else drawn[figure.width, figure.height]
        for figure in figures
    }
