"""Specs: YAML that says what a report shall show.

`types` holds the records of a spec, `loading` reads them, and `schema` describes the keys. This
file imports none of them, so that code that imports `types` depends on `types` alone.
"""
