"""Measures how much memory the reading of a dataset takes, as a ratio to the bytes of its pixels.

Each way of storing the images is read in a process of its own; `python -m benchmarks.memory`
prints the peak of each and fails where one exceeds what docs/spec.md promises.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

RATIO, FIXED = 1.1, 200 * 2**20
"""The peak: this many times the bytes of pixels, and so many bytes for all that is imported."""
SHAPE = (224, 224, 3)
KINDS = ("uint8", "bool", "uint16", "float32", "float64", "png")
_READ = """
import json, resource, sys
from pathlib import Path
from reportgen import datasets
source, params, base = json.loads(sys.argv[1])
data = datasets.load(source, params, 0, Path(base))
pixels = sum(split.images.nbytes for split in data.splits.values())
print(json.dumps([pixels, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--images", type=int, default=4000, help="images of 224 px (default 4000)")
    parser.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    given = parser.parse_args()
    failed = 0
    for kind in given.kinds:
        with tempfile.TemporaryDirectory() as folder:
            pixels, peak = measured(kind, given.images, Path(folder))
        allowed = RATIO * pixels + FIXED
        met = "yes" if peak <= allowed else "no"
        failed += met == "no"
        print(f"{kind:8} pixels {pixels / 2**20:7.0f} MiB   peak {peak / 2**20:7.0f} MiB   "
              f"{peak / pixels:5.2f} times   within {allowed / 2**20:.0f} MiB: {met}")  # fmt: skip
    return 1 if failed else 0


def measured(kind: str, count: int, folder: Path) -> tuple[int, int]:
    """Bytes of the pixels, and the most bytes that the process which read them ever held."""
    params: dict[str, Any] = {"path": "data.npz", "labels": False}
    if kind == "png":
        _write_files(folder / "photos", count)
        source, params = "folder", {"path": "photos"}
    else:
        _write_arrays(folder / "data.npz", kind, count)
        source = "npz"
        params |= {"range": [0, 65535]} if kind == "uint16" else {}
    given = json.dumps([source, params, str(folder)])
    command = [sys.executable, "-c", _READ, given]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    pixels, peak = json.loads(found.stdout)
    return pixels, peak


def _write_arrays(path: Path, kind: str, count: int) -> None:
    """Images in two splits, written image by image."""
    import zipfile

    dtype = np.dtype(kind)
    block = np.arange(np.prod(SHAPE)).reshape(SHAPE) % 256
    image = {"f": block / 255, "b": block > 127}.get(dtype.kind, block * dtype.itemsize)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, length in (("x_train", count * 3 // 4), ("x_test", count - count * 3 // 4)):
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                header = {"descr": dtype.str, "fortran_order": False, "shape": (length, *SHAPE)}
                np.lib.format.write_array_header_1_0(member, header)
                for _ in range(length):
                    member.write(np.ascontiguousarray(image, dtype).tobytes())


def _write_files(folder: Path, count: int) -> None:
    from PIL import Image

    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(count):
        small = Image.fromarray(rng.integers(0, 256, (7, 7, 3), np.uint8))
        small.resize(SHAPE[:2]).save(folder / f"{index}.png", compress_level=1)


if __name__ == "__main__":
    sys.exit(main())
