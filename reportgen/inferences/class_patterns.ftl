claim = Maps of later convolutions are more alike within a class than between two classes.

# Likeness of two images' mean maps is a cosine. $last: mean cosine within a class minus that
# between the two classes; $fresh: the same with fresh weights.
layers = { $case ->
    [both] Maps of both later convolutions are more alike within a class, beyond fresh weights.
    [all] Maps of all { $layers_n } later convolutions are more alike within a class, beyond fresh weights.
    [none] Maps of none of { $layers_n } later convolutions are clearly more alike within a class, beyond fresh weights{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] Maps of { $layers } of { $layers_n } later convolutions are more alike within a class, beyond fresh weights{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
only = { $judged ->
    [above] Maps of { $last_place } are more alike within a class: cosines are { ABOUT($last) } higher than between the two, against { ABOUT($fresh) } with fresh weights.
    [below] Maps of { $last_place } are less alike within a class than between the two: the cosines differ by { ABOUT($last) }.
   *[open] Maps of { $last_place } are not clearly more alike within a class: the cosines differ by { ABOUT($last) }{ $known ->
        [yes] , with fresh weights by { ABOUT($fresh) }.
       *[no] ; fresh weights were not measured.
    }
}
each = The first convolution of each model, then the later ones.
    .layer = Layer
    .model = Model
    .within = Within a class
    .between = Between the two
    .difference = Difference
    .fresh = With fresh weights
