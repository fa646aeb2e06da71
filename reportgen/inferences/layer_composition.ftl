claim = Filters of later convolutions combine several channels of the layer before, as training chose them.

# Later convolutions: all but the first of each model. They count where the energy of a filter's
# weights spreads over more than two channels, and over more or fewer than with fresh weights.
layers = { $case ->
    [both] Both later convolutions do, beyond what fresh weights do.
    [all] All { $layers_n } later convolutions do, beyond what fresh weights do.
    [none] None of { $layers_n } later convolutions clearly does{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] { $layers } of { $layers_n } later convolutions { $layers ->
        [one] does
       *[other] do
    }{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
only = { $judged ->
    [above] A filter of { $best_place }, the only later convolution, draws on { $best ->
        [one] one channel
       *[other] { ABOUT($best) } channels
    } in effect, against { ABOUT($fresh) } with fresh weights.
   *[open] A filter of { $best_place }, the only later convolution, draws on { $best ->
        [one] one channel
       *[other] { ABOUT($best) } channels
    } in effect{ $known ->
        [yes] , not clearly unlike the { ABOUT($fresh) } of fresh weights.
       *[no] ; fresh weights were not measured.
    }
    [below] A filter of { $best_place }, the only later convolution, draws on { $best ->
        [one] one channel
       *[other] { ABOUT($best) } channels
    } in effect, not on several.
}
each = Each later convolution in numbers.
    .layer = Layer
    .model = Model
    .inputs = Channels in effect
    .fresh = With fresh weights
