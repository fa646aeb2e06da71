claim = Maps of later convolutions are more alike within a class than between two classes.

# Likeness of two images' mean maps is a cosine. $last: likeness within a class minus likeness
# between the two classes.
layers = { $case ->
    [both] Both later convolutions are, beyond what fresh weights make of the pixels.
    [all] All { $layers_n } later convolutions are, beyond what fresh weights make of the pixels.
    [none] None of { $layers_n } later convolutions clearly is{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] { $layers } of { $layers_n } later convolutions { $layers ->
        [one] is
       *[other] are
    }{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
only = { $judged ->
    [above] Maps of { $last_place } are more alike within a class, by a cosine of { $last }, against { $fresh } with fresh weights.
    [below] Maps of { $last_place } are no more alike within a class than between the two: the cosines differ by { $last }.
   *[open] Maps of { $last_place } are not clearly more alike within a class than fresh weights make them: the cosines differ by { $last }.
}
each = Each later convolution in numbers.
    .layer = Layer
    .model = Model
    .within = Within a class
    .between = Between the two
    .difference = Difference
    .fresh = With fresh weights
