# Which filters of a layer are shown, and what a tile shows; $first: inputs with tiles, 0 for all.
content = { $some ->
    [yes] { $shown ->
        [one] The first of { $filters } filters
       *[other] The first { $shown } of { $filters } filters
    }
   *[no] { $filters ->
        [one] { $filters } filter
       *[other] { $filters } filters
    }
} of { $size } weights in { $inputs ->
    [one] { $inputs } input channel
   *[other] { $inputs } input channels
}{ $view ->
    [color] , shown together as red, green and blue.
    [single] , one tile for each filter.
    [inputs] , one tile for each pair of a filter and an input channel.
   *[mean] ; a tile is a filter's mean over its input channels.
}{ $first ->
    [0] { "" }
    [one] { " " }The first input channel is shown.
   *[other] { " " }The first { $first } input channels are shown.
}
# How large the weights are at the ends of the colors.
range = Weights of the whole layer run from { $low } (low) to { $high } (high).
even = All weights of the layer are { $weight }.
zero = { $finite ->
    [some] All weights that are finite numbers are zero.
   *[all] All weights are zero.
}
largest = The largest magnitude of the tiles shown is { $weight }.
# What a reader would not expect.
averaged = Filters are averaged over the first axis of space.
depthwise = They are the depthwise part of the layer; the weights that mix their maps into { $channels ->
    [one] { $channels } channel
   *[other] { $channels } channels
} are not shown.
not-finite = { $count ->
    [one] { $count } filter holds weights that are not finite numbers (gray).
   *[other] { $count } filters hold weights that are not finite numbers (gray).
}
# How to read weights.
encoding = { $scaling ->
    [range] A weight w is drawn as (w - low) / (high - low), from zero ({ $view ->
        [color] none
       *[other] black
    }) to one ({ $view ->
        [color] full
       *[other] white
    }), with low and high of the whole layer.
   *[symmetric] { $view ->
        [color] Middle gray is a weight of zero in all three channels; full brightness and black are plus and minus the largest magnitude
       *[other] White is zero; the ends of the colors are plus and minus the largest magnitude
    } { $scaling ->
        [filter] of each filter by itself.
       *[layer] of the tiles shown.
    }
}
# Alternative text; what the tiles show follows.
alt = A mosaic of the weights of { $layer }.
