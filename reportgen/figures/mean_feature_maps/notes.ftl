# The mean activation over all channels, positions and images, from layer to layer.
mean = The mean activation of { $layer } is { $mean }.
means = The mean activation goes from { $first } in { $first_layer } to { $last } in { $last_layer }.
    .layer = Layer
    .mean = Mean activation

# The mean activation behind a pooling layer, as a multiple of the mean before it.
pooling = { $effect ->
    [above] Pooling in { $layer } raises the mean activation to { $gain } times that of its input.
    [below] Pooling in { $layer } lowers the mean activation to { $gain } times that of its input.
    [kept] Pooling in { $layer } keeps the mean activation: the factor is { $gain }.
    [few] Pooling in { $layer } changes the mean activation by a factor of { $gain }; too few images were measured to judge.
   *[open] Pooling in { $layer } does not measurably change the mean activation: the factor is { $gain }.
}
