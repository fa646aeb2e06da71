"""The model zoo: networks that a spec names as `zoo:NAME`.

A file's name is its network's name (`zoo:base` is `base.py`). The file holds `ENTRY`,
`build(input_shape, targets)`, which takes the parameters that `ENTRY` declares by name, and
`INPUT_SHAPE` for reports without a dataset. A file of several networks holds an `ENTRY_…` for each,
and a function of the entry's name in place of `build`.
"""
