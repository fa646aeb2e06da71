claim = The same network shows more detail on data with richer shapes.

# Detail is the spatial entropy of activations: over how much of a map they depart from their
# background. The richer data has objects that cover more of the image.
layers = { $case ->
    [both] In both layers, activations spread over more of the map for { $rich } than for { $simple }, whose objects cover less of the image.
    [all] In all { $layers_n } layers, activations spread over more of the map for { $rich } than for { $simple }, whose objects cover less of the image.
    [none] In none of { $layers_n } layers do activations clearly spread over more of the map for { $rich } than for { $simple }, beyond fresh weights.
   *[some] In { $layers } of { $layers_n } layers, activations spread over more of the map for { $rich } than for { $simple }, whose objects cover less of the image.
}
only = In { $layer }, activations { $judged ->
    [above] spread over more of the map
    [below] spread over less of the map
   *[open] do not clearly spread over more of the map
} for { $rich } (entropy { $more }), whose objects cover more of the image, than for { $simple } ({ $less }){ $fresh ->
    [unknown] ; fresh weights were not measured
   *[known] {""}
}.
alike = Objects cover { PERCENT($large) } of the images of { $rich } and { PERCENT($small) } of those of { $simple }, too alike to call one richer.
empty = No object was found in the images of { $simple }, so neither { $rich } nor { $simple } counts as richer.
unmeasured = It was not measured whether { $rich } or { $simple } has the richer shapes.
each = Each layer in numbers: spatial entropy, which is one for an even spread.
    .layer = Layer
    .rich = Richer data
    .simple = Simpler data
    .gain = Difference
    .fresh = With fresh weights
