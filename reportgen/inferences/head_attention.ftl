claim = Heatmaps of a model's outputs lie at slightly different places.

# Likeness of two outputs' heatmaps is a cosine, one for equal maps. $shift: the mean distance of
# their hottest pixels, in pixels; $distance: the same as a share of the image's width.
only = { $place ->
    [slightly] Heatmaps of different outputs lie at slightly different places: their cosine is { $least }{ $peaks }.
    [far] Heatmaps of different outputs differ more than slightly: their cosine is { $least }{ $peaks }.
    [same] Heatmaps of different outputs hardly differ: their cosine is { $least }{ $peaks }.
   *[open] It is undecided how much heatmaps of different outputs differ: their cosine is { $least }{ $peaks }.
}
peaks = { $unit ->
    [share] , and their peaks lie { PERCENT($shift) } of the width apart
    [px] , and their peaks lie { ABOUT($shift) } px apart
   *[none] {""}
}
models = Slightly different places are seen in { $models ->
    [0] none
   *[other] { $models }
} of { $models_n } models{ $others ->
    [far] ; elsewhere heatmaps differ more
    [same] ; elsewhere they hardly differ
    [mixed] ; elsewhere they differ more, or hardly
    [open] ; elsewhere it is undecided
   *[none] {""}
}.
each = Each model in numbers.
    .name = Model
    .likeness = Cosine of heatmaps
    .fresh = With fresh weights
    .distance = Distance of their peaks
