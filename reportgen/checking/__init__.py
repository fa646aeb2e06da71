"""What `check` says of sound specs: mistakes in figures that are known before anything runs.

Nothing here loads a model or a dataset. Only what is sure is told; the rest the build says.
"""
