claim = Later convolutions tell less of the pixels at a position, and more of the class, than the first.

# A layer tells of the pixels what the brightness at a position and its slopes explain of its maps.
# It tells of the class how often the mean activations of its filters name it. Both must go beyond
# fresh weights.
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
    [above] { $later } names the class of { PERCENT($after) } of the images, { $first } of { PERCENT($before) }, and depends less on the pixels.
    [below] { $later } depends no less on the pixels than { $first }, or names the class no better ({ PERCENT($after) } against { PERCENT($before) } of the images).
   *[open] { $later } names the class of { PERCENT($after) } of the images, { $first } of { PERCENT($before) }; it is undecided whether training made it more abstract.
}
each = The first convolution of each model, then the later ones.
    .layer = Layer
    .model = Model
    .local = Explained by the pixels
    .named = Class named
    .local-fresh = Pixels, fresh weights
    .named-fresh = Class, fresh weights
