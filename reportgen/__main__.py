"""`python -m reportgen`, and the command `reportgen`."""

import errno
import sys

from reportgen.signals import end_at_once
from reportgen.streams import forgiving_streams


def main() -> None:
    """Run a command, ending quietly where a signal comes before there is anything to clean up."""
    end_at_once()
    output = forgiving_streams()
    from reportgen import cli, console
    from reportgen.errors import Problem, SystemRefusal

    try:
        cli.main(prog_name="reportgen")
    except SystemExit as end:
        status = end.code
    sys.stdout.flush()
    if output.error is None:
        raise SystemExit(status)
    # A reader that has enough, such as `head`, closes the pipe.
    if output.error.errno != errno.EPIPE:
        why = (output.error.strerror or "").lower()
        console.show(SystemRefusal(Problem(f"cannot write to standard output: {why}")))
    raise SystemExit(status or SystemRefusal.exit_status)


if __name__ == "__main__":
    main()
