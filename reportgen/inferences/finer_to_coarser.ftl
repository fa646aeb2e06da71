claim = Maps of later convolutions{ $mixed ->
    [yes] { " " }with two-dimensional maps
   *[no] {""}
} hold coarser structure than those of the first, beyond what fresh weights cause.

# Waves that a map holds across the image: fine structure has many. Later convolutions count where
# they lose waves against the first of their model, and more of them than with fresh weights.
# $loss: the waves lost; $fresh: the same with fresh weights.
layers = { $case ->
    [both] Maps of both later convolutions are coarser than those of the first, beyond fresh weights.
    [all] Maps of all { $layers_n } later convolutions are coarser than those of the first, beyond fresh weights.
    [none] Maps of none of { $layers_n } later convolutions are clearly coarser than those of the first, beyond fresh weights{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] Maps of { $layers } of { $layers_n } later convolutions are coarser than those of the first, beyond fresh weights{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
only = { $judged ->
    [above] Maps of { $after_place } hold { ABOUT($loss) } fewer waves across the image than those of { $before_at }, against { ABOUT($fresh) } fewer with fresh weights.
    [below] Maps of { $after_place } hold { ABOUT($after) } waves across the image, more than those of { $before_at } ({ ABOUT($before) }).
   *[open] Maps of { $after_place } hold { ABOUT($after) } waves across the image, those of { $before_at } { ABOUT($before) }: { $known ->
        [yes] no clear loss beyond that of fresh weights.
       *[no] fresh weights were not measured.
    }
}
each = The first convolution of each model, then the later ones.
    .layer = Layer
    .model = Model
    .waves = Waves across the image
    .fresh = With fresh weights
