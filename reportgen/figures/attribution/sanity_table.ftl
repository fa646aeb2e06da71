# The verdict on the maps of a method, where there are several outputs on those of $outputs.
verdict = { $method } maps{ $several ->
    [yes] { " " }for { $outputs }
   *[no] { "" }
} { $check ->
    [hardly] hardly change when the network's weights are random.
    [follows] follow the weights of the network.
    [open] change in part when the network's weights are random.
   *[unknown] could not be compared with maps of fresh weights.
}
checked = { $images ->
    [one] Measured on one image.
   *[other] Measured on { $images } images.
}
# How to read the table.
cells = Cells are rank correlations with the maps above: one is the same map, zero an unrelated one, and high ones are marked.
rows = Each row makes more layers random, from the output down{ $alone ->
    [yes] ; the last column has fresh weights in those layers alone.
   *[no] .
}
gains = A gain compares with pixels in random order: above zero is better.
