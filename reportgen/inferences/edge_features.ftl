claim = Most filters of the first convolution follow edges, and edges of one direction.

# $count of $count_n filters that respond: of the two numbers (filters that follow edges, oriented
# filters) the one that decides. $fresh: the mean number with fresh weights.
only = { $judged ->
    [above] Most filters of { $count_place } follow edges, and most are oriented, more than with fresh weights: at least { $count } of { $count_n }.
    [below] Only { $count } of { $count_n } filters of { $count_place } { what }.
    [few] Only { $count_n } filters of { $count_place } respond, too few to judge.
    [unmeasured] { $count } of { $count_n } filters of { $count_place } { what }; fresh weights were not measured.
   *[open] { $count } of { $count_n } filters of { $count_place } { what }, not clearly more than with fresh weights ({ ABOUT($fresh) }).
}
what = { $kind ->
    [edges] { $count ->
        [one] follows edges
       *[other] follow edges
    }
   *[oriented] { $count ->
        [one] is oriented
       *[other] are oriented
    }
}
models = { $case ->
    [both] In both models most filters of the first convolution do so, more than with fresh weights.
    [all] In all { $models_n } models most filters of the first convolution do so, more than with fresh weights.
    [none] In none of { $models_n } models do most filters of the first convolution clearly do so, more than with fresh weights{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] In { $models } of { $models_n } models most filters of the first convolution do so, more than with fresh weights{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
edges = Follow edges
oriented = Are oriented
each = Each first convolution in numbers.
    .model = Model
    .layer = Layer
    .kind = Filters that
    .count = Number
    .of = Of
    .fresh = With fresh weights
