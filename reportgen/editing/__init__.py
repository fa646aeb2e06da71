"""What a person makes of drafted notes, in a Markdown file beside the spec: `specs/x.notes.md`.

`file` reads and writes the file, `matching` finds its figures again, `standing` says what has moved
behind a note, `applying` puts the author's notes in the place of drafts when a page is made, and
`merging` writes the file anew without losing a word.
"""
