claim = Pooling leaves fewer positions, raises the mean activation and keeps the pattern.

# $layers of $layers_n pooling layers show all three. $gain: the largest factor of the mean.
effect = { $case ->
    [both] Both pooling layers show all three; { $gain_place } raises the mean the most, by a factor of { $gain }.
    [all] All { $layers_n } pooling layers show all three; { $gain_place } raises the mean the most, by a factor of { $gain }.
    [none] None of { $layers_n } pooling layers shows all three{ $open ->
        [yes] , though some are undecided
       *[no] {""}
    }.
   *[some] { $layers } of { $layers_n } pooling layers { $layers ->
        [one] shows
       *[other] show
    } all three{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
only = { $judged ->
    [above] The only pooling layer, { $gain_at }, shows all three: it raises the mean by a factor of { $gain }.
    [below] The only pooling layer, { $gain_at }, does not show all three: the factor of the mean is { $gain }, the correlation with its input { $agreement }.
   *[open] For the only pooling layer, { $gain_at }, the intervals decide nothing: the factor of the mean is { $gain }, the correlation with its input { $agreement }.
}
layers = Each pooling layer in numbers.
    .layer = Pooling layer
    .model = Model
    .size = Positions left
    .gain = Factor of the mean
    .agreement = Correlation with its input
