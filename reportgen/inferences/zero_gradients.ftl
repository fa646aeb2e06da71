claim = For some images the gradient of the class score is zero everywhere.

# $total: gradients that are zero everywhere, of the heatmaps of all outputs; $value: those of the
# output with the largest share of them. $empty: heatmaps that are zero everywhere.
some = The gradient is zero everywhere for { $total } of { $total_n } { $total_n ->
    [one] heatmap
   *[other] heatmaps
}{ $several ->
    [yes] , most often for { the-model }
   *[no] {""}
}.
none = { $total_n ->
    [one] The gradient of the only heatmap is not
   *[other] The gradient of none of { $total_n } heatmaps is
} zero everywhere{ $empties ->
    [yes] , though { $empty } { $empty ->
        [one] map is
       *[other] maps are
    } empty
   *[no] {""}
}{ $judged ->
    [open] ; too little was measured to rule such gradients out
   *[below] {""}
}.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .images = Images
    .gradients = Gradients that are zero
    .maps = Empty heatmaps
