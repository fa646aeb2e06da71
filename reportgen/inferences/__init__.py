"""Rules that read the evidence of a whole report and say what it shows, one file each.

A rule's file is its name; it holds `ENTRY` and `infer(findings) -> Inference`. Rules are found
by listing this folder, so a new one needs no other edit. docs/inferences.md describes them all.
"""
