"""`python -m reportgen`, and the command `reportgen`."""

from reportgen.signals import end_at_once


def main() -> None:
    """Run a command; until it has something to clean up, a signal ends it at once."""
    end_at_once()
    import errno
    import sys

    from reportgen.streams import forgiving_streams

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
