"""`python -m reportgen`, and the command `reportgen`.

Before the working folder has left the import path, nothing is imported that Python has not imported
already: a `yaml.py` or `json.py` that lies there must not stand in for the library.
"""

import os
import sys


def main() -> None:
    """Run the command line; until there is something to clean up, a signal ends it at once."""
    leave_out_working_folder(sys.path, first=__name__ == "__main__" and not sys.flags.safe_path)
    from reportgen.signals import end_at_once

    end_at_once()
    from reportgen.streams import forgiving_streams

    output = forgiving_streams()
    from reportgen.cli import main as commands

    status: str | int | None = 0
    try:
        commands(prog_name="reportgen")
    except SystemExit as end:
        status = end.code
    sys.stdout.flush()
    raise SystemExit(status or unwritten(output.error))


def unwritten(error: OSError | None) -> int:
    """Report an error of standard output; returns the exit status."""
    if error is None:
        return 0
    from reportgen.console import show
    from reportgen.errors import Problem, SystemRefusal

    # A reader that has enough, such as `head`, closes the pipe.
    if not isinstance(error, BrokenPipeError):
        why = (error.strerror or "").lower()
        hint = "send it to a terminal, or to a file where there is space"
        show(SystemRefusal(Problem(f"cannot write to standard output: {why}", hint=hint)))
    return SystemRefusal.exit_status


def leave_out_working_folder(path: list[str], *, first: bool) -> None:
    """Take the working folder off the import path, unless the user put it there by its name.

    Python adds the folder where PYTHONPATH has an empty entry, as in ":/my/modules".

    Args:
        path: `sys.path`, which is changed.
        first: whether Python put the working folder in front by itself, as for `-m`.
    """
    try:
        here = os.getcwd()
    except OSError:  # The folder was removed, so nothing lies in it.
        return
    if first and path[:1] == [here]:
        del path[0]
    written = os.environ.get("PYTHONPATH", "")
    entries = written.split(os.pathsep) if written else []
    if "" in entries and here not in [os.path.abspath(entry) for entry in entries if entry]:
        path[:] = [folder for folder in path if folder != here]


if __name__ == "__main__":
    main()
