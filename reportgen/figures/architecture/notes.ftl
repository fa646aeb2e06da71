# The longest path from input to output, and the kind of layer that holds most parameters.
size = The network is { $depth ->
    [one] one layer
   *[other] { $depth } layers
} deep, counting those with weights; { $kind ->
    [conv] convolutions
    [dense] dense layers
    [extra] normalizations
   *[other] layers other than convolutions and dense layers
} hold { PERCENT($most) } of its parameters.

# Places where paths run side by side, and those of them where one path has no layer.
branches = { $skips ->
    [0] Paths run side by side at { $places ->
        [one] one place; each passes through layers.
       *[other] { $places } places; each passes through layers.
    }
   *[other] Paths run side by side at { $places ->
        [one] one place, where one of them skips all layers.
       *[other] { $places } places; at { $skips } of them one path skips all layers.
    }
}
