"""The model zoo: networks that a spec names as `zoo:NAME`.

A network's file has the network's name (`zoo:base` is `base.py`). The file holds `ENTRY`,
`build(input_shape, targets)` and, for reports without a dataset, `INPUT_SHAPE`. `build` also takes
the parameters that `ENTRY` declares, by name. A file of several networks holds an `ENTRY_…` for
each, and a function of the entry's name in place of `build`.
"""
