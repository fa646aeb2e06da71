claim = A margin in the last layer gathers the images of a class more closely by angle.

# $gathered of $gathered_n comparisons: a model with a margin beside one without, of as many
# dimensions and on the same data. Gathered: a smaller angle within classes and a larger silhouette.
margins = { $case ->
    [both] Both margins clearly tightened the classes: angles within classes are smaller, and silhouettes larger, than without a margin.
    [all] All { $gathered_n } margins clearly tightened the classes: angles within classes are smaller, and silhouettes larger, than without a margin.
    [none] No margin clearly tightened the classes, compared with a model without a margin.
   *[some] { $gathered } of { $gathered_n } comparisons show classes that a margin clearly tightened.
}
only = { $judged ->
    [above] The margin clearly tightened the classes: angles within them are smaller, and the silhouette larger, than without it.
    [below] The margin did not tighten the classes: angles within them are no smaller, or the silhouette is no larger, than without it.
   *[open] It cannot be told whether the margin tightened the classes: intervals of the two models touch.
}
models = Each model with a margin, then the model without one that is hardest to beat.
    .model = Model
    .margin = Margin
    .within = Angle within classes (°)
    .separation = Silhouette
    .spread = Spread of lengths
