"""The kinds of figure, one folder each; the catalogue finds them by listing this folder."""
