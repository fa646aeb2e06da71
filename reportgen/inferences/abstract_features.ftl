claim = Later convolutions tell less of the pixels at a position, and more of the class, than the first.

# A layer tells of the pixels what the brightness at a position and its slopes explain of its maps:
# $near of the first convolution, $local of the later one. It tells of the class how often the mean
# activations of its filters lie nearest to those of the right class: $before and $after. Both must
# go beyond fresh weights.
layers = { $case ->
    [both] Both later convolutions tell less of the pixels and more of the class, beyond fresh weights.
    [all] All { $layers_n } later convolutions tell less of the pixels and more of the class, beyond fresh weights.
    [none] None of { $layers_n } later convolutions clearly tells less of the pixels and more of the class, beyond fresh weights{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] { $layers } of { $layers_n } later convolutions { $layers ->
        [one] tells
       *[other] tell
    } less of the pixels and more of the class, beyond fresh weights{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
only = { $judged ->
    [above] { $after_place } tells the class of { PERCENT($after) } of the images, { $before_at } of { PERCENT($before) }, and depends less on the pixels, beyond fresh weights.
    [pixels] The pixels at a position explain { PERCENT($local) } of the maps of { $after_place }, more than of those of { $before_at } ({ PERCENT($near) }).
    [class] { $after_place } tells the class of { PERCENT($after) } of the images, fewer than { $before_at } ({ PERCENT($before) }).
   *[open] { $after_place } tells the class of { PERCENT($after) } of the images, { $before_at } of { PERCENT($before) }; { $known ->
        [yes] it is not clearly more abstract, beyond fresh weights.
       *[no] fresh weights were not measured.
    }
}
each = The first convolution of each model, then the later ones.
    .layer = Layer
    .model = Model
    .local = Explained by the pixels
    .told = Class told
    .local-fresh = Pixels, fresh weights
    .told-fresh = Class, fresh weights
