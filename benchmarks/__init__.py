"""Timed comparisons with other ways to the same result; never part of the tests.

`python -m benchmarks` measures every row, `python -m benchmarks grad_cam_small drawing` some of
them. Each row runs in a process of its own; what it found goes to `results.csv` and
`results.md` at once, so an interrupted run is continued by naming the rows that are missing.
"""
