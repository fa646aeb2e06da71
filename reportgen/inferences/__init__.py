"""Rules that judge a claim by the evidence of a whole report, one file each.

A rule's file has the rule's name and holds `ENTRY` and `infer(findings) -> Inference`. The
catalogue lists this folder, so a new rule needs no other edit. docs/inferences.md describes all
rules.
"""
