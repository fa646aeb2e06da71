claim = Filters of later convolutions combine several channels of the layer before, as training chose them.

# Later convolutions: all but the first of each model, without those whose filters have a single
# input channel. They count where the energy of a filter's weights spreads over more than two
# channels in effect, and over clearly more or fewer than with fresh weights ($fresh).
layers = { $case ->
    [both] Filters of both later convolutions draw on several channels, and on more or fewer of them than with fresh weights.
    [all] Filters of all { $layers_n } later convolutions draw on several channels, and on more or fewer of them than with fresh weights.
    [none] In none of { $layers_n } later convolutions do filters clearly draw on several channels, and on more or fewer of them than with fresh weights{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] In { $layers } of { $layers_n } later convolutions, filters draw on several channels, and on more or fewer of them than with fresh weights{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
channels = { $best ->
    [one] one channel
   *[other] { ABOUT($best) } channels
}
only = { $judged ->
    [above] Filters of { $best_place }, the only later convolution judged, draw on { channels } in effect, against { ABOUT($fresh) } with fresh weights.
    [below] Filters of { $best_place }, the only later convolution judged, draw on { channels } in effect, not on several.
   *[open] Filters of { $best_place }, the only later convolution judged, draw on { channels } in effect{ $known ->
        [yes] , against { ABOUT($fresh) } with fresh weights; whether training chose several is undecided.
       *[no] ; fresh weights were not measured.
    }
}
each = Each later convolution in numbers.
    .layer = Layer
    .model = Model
    .inputs = Channels in effect
    .fresh = With fresh weights
