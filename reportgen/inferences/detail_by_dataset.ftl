claim = The same network shows more detail on data with richer shapes.

# Detail: over how much of a map activations depart from their background. The richer data has
# objects that cover more of the image.
layers = { $case ->
    [both] In both layers, activations spread over more of the map for { $rich }, whose objects cover more of the image, than for { $simple }.
    [all] In all { $layers_n } layers, activations spread over more of the map for { $rich }, whose objects cover more of the image, than for { $simple }.
    [none] In none of { $layers_n } layers do activations clearly spread over more of the map for { $rich }, whose objects cover more of the image, than for { $simple }.
   *[some] In { $layers } of { $layers_n } layers, activations spread over more of the map for { $rich }, whose objects cover more of the image, than for { $simple }.
}
only = { $judged ->
    [above] In { $layer }, activations spread over more of the map for { $rich }, whose objects cover more of the image, than for { $simple }.
    [below] In { $layer }, activations spread over no more of the map for { $rich }, whose objects cover more of the image, than for { $simple }.
   *[open] In { $layer }, activations do not clearly spread over more of the map for { $rich }, whose objects cover more of the image, than for { $simple }.
}
alike = Objects cover { PERCENT($large) } of the images of { $rich } and { PERCENT($small) } of those of { $simple }, too alike to call one richer.
unmeasured = It was not measured whether { $rich } or { $simple } has the richer shapes.
each = Each layer in numbers: spatial entropy, one for an even spread.
    .layer = Layer
    .rich = Richer data
    .simple = Simpler data
