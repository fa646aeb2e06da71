claim = The shallowest network shows only the first stage of processing.

# $models: the models with the fewest convolution layers, $least of them each.
# $field, $size: the widest receptive field among these layers, and the width of the image.
one-stage = { $models } { $count ->
    [one] has
   *[other] have
} a single convolution layer, whose receptive field spans { $field } of { $size } px.
whole-image = { $models } { $count ->
    [one] has
   *[other] have
} a single convolution layer, but its receptive field covers the whole image.
more-stages = { $models } { $count ->
    [one] has
   *[other] have
} { $least } convolution layers{ $others ->
    [yes] , the fewest of this report
   *[no] {""}
}.
unknown-field = { $models } { $count ->
    [one] has
   *[other] have
} a single convolution layer, and the width of its receptive field is not known.
