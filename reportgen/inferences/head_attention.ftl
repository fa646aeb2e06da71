claim = Heatmaps of a model's outputs lie at slightly different places.

# Likeness of two outputs' heatmaps is a cosine, one for equal maps ($alike; $fresh with fresh
# weights). $shift: the mean distance of their hottest pixels, in pixels or as a share of the
# image's width.
only = { $place ->
    [slightly] Heatmaps of different outputs lie at slightly different places: their cosine is { $alike }{ $beaten ->
        [yes] , against { $fresh } with fresh weights.
        [no] , not clearly different from that with fresh weights ({ $fresh }).
       *[unknown] ; fresh weights were not measured.
    }
    [far] Heatmaps of different outputs lie farther apart than slightly: their cosine is { $alike }{ peaks }.
    [same] Heatmaps of different outputs hardly differ: their cosine is { $alike }{ peaks }.
   *[open] It is undecided how much heatmaps of different outputs differ: their cosine is { $alike }{ peaks }.
}
peaks = { $unit ->
    [share] , and their peaks lie { PERCENT($shift) } of the width apart
    [px] , and their peaks lie { ABOUT($shift) } px apart
   *[none] {""}
}
models = In { $models ->
    [0] none of { $models_n } models do heatmaps
   *[other] { $models } of { $models_n } models, heatmaps
} of different outputs lie at slightly different places{ $beaten ->
    [yes] {""}
   *[no] , though not clearly unlike fresh weights
}{ $others ->
    [none] {""}
   *[some] ; { $models ->
        [0] { rest }
       *[other] elsewhere { rest }
    }
}.
rest = { $others ->
    [far] they differ more
    [same] they hardly differ
    [mixed] they differ more, or hardly
   *[open] it is undecided
}
each = Each model in numbers.
    .model = Model
    .likeness = Cosine of heatmaps
    .fresh = With fresh weights
    .distance = Distance of their peaks
