claim = Maps of later convolutions hold coarser structure than those of the first, beyond what fresh weights cause.

# Waves that a map holds across the image: fine structure has many. Later convolutions count where
# they lose waves against the first of their model, and more of them than with fresh weights.
layers = { $case ->
    [both] Both later convolutions hold coarser structure.
    [all] All { $layers_n } later convolutions hold coarser structure.
    [none] None of { $layers_n } later convolutions clearly holds coarser structure{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] { $layers } of { $layers_n } later convolutions { $layers ->
        [one] holds coarser structure
       *[other] hold coarser structure
    }{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
only = { $judged ->
    [above] Maps of { $later } hold { ABOUT($after) } waves across the image, those of { $first } { ABOUT($before) }, a larger loss than with fresh weights.
    [below] Maps of { $later } hold { ABOUT($after) } waves across the image, no fewer than those of { $first } ({ ABOUT($before) }).
   *[open] Maps of { $later } hold { ABOUT($after) } waves across the image, those of { $first } { ABOUT($before) }; it is undecided whether training made the difference.
}
each = The first convolution of each model, then the later ones.
    .layer = Layer
    .model = Model
    .waves = Waves across the image
    .fresh = With fresh weights
