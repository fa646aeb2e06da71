"""Image files that are links: where they may lead, and what is said of files that cannot be read.

Nothing is opened, as `reportgen check` asks too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportgen.errors import Problem, UserError


def astray(path: Path, root: Path) -> str:
    """Why a file is not read though its name is an image's: it is a link to nowhere or outwards.

    Args:
        path: the file.
        root: the resolved folder that it must lie in.

    Returns:
        "" for a file, and for a link to one within the folder.
    """
    if not path.is_symlink():
        return ""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # Which of them a loop raises depends on Python's version.
        return "it is a link that leads nowhere"
    return "" if target.is_relative_to(root) else "it is a link that leads out of the folder"


def check_links(folder: Path, names: Sequence[str], strict: bool) -> None:
    """Refuse a folder as reading it would: where links leave no image, or any is amiss if `strict`.

    Args:
        folder: the folder.
        names: of all its images that would be read, by their paths from it.
        strict: whether one file that cannot be read is one too many.

    Raises:
        UserError: it is so.
    """
    root = folder.resolve()
    wrong = [(name, why) for name in names if (why := astray(folder / name, root))]
    if wrong and strict:
        raise one_unreadable(folder, *wrong[0])
    if wrong and len(wrong) == len(names):
        raise none_readable(folder, len(names), *wrong[0])


def one_unreadable(folder: Path, name: str, reason: str) -> UserError:
    """What is said where the spec wants a build to fail for one file."""
    message = f"{folder.name}/{name} cannot be read: {reason}"
    return UserError(Problem(message, hint="repair or remove it, or write unreadable: skip"))


def none_readable(folder: Path, count: int, name: str, reason: str) -> UserError:
    """What is said of a folder of which nothing can be read; one file tells why."""
    message = f"none of the {count} images in {folder} can be read"
    return UserError(Problem(message, hint=f"{name}: {reason}"))
