# $layers: of the model's own; $nested of them are models themselves.
layers = { $layers ->
    [one] The model's only layer
   *[other] The model's { $layers } layers
}{ $nested ->
    [0] {""}
    [one] { " " }(a nested model is one)
   *[other] { " " }(nested models are one each)
}
summary = { layers } with { $params } { $single ->
    [yes] parameter
   *[no] parameters
}.
outputs = { layers }, counted from 0: what each does, and the shape of its output for one image.
encoding = A shape gives rows, columns and channels of maps, or a number of values.
# Layers that only training uses.
unused = { $count ->
    [one] No prediction passes through { $paths }, so no other figure shows this layer.
   *[other] No prediction passes through { $paths }, so no other figure shows these layers.
}
unused-many = No prediction passes through { $count } of the model's layers, so no other figure shows these layers.
