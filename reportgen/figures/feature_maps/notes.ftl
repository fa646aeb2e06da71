# How much of a layer's activation lies on the object, as a multiple of an even spread. Activation
# means how far each channel departs, up or down, from its level off the object. $fresh: the same
# with fresh weights.
lift = { $judged ->
    [above] { $layer } responds to the object: { ABOUT($lift) } times an even spread of its activations lies there
    [below] { $layer } responds less to the object than to the rest: { ABOUT($lift) } times an even spread of its activations lies there
    [few] In { $layer }, { ABOUT($lift) } times an even spread of the activations lies on the object; too few images were measured to judge
   *[open] { $layer } does not clearly respond to the object: { ABOUT($lift) } times an even spread of its activations lies there
}{ $known ->
    [yes] { " " }({ ABOUT($fresh) } times with fresh weights).
   *[no] .
}
# The layer of several whose activations gather most on the object.
most = { $judged ->
    [above] { $layer } responds most to the object: { ABOUT($lift) } times an even spread of its activations lies there
    [few] { $layer } responds most to the object: { ABOUT($lift) } times an even spread of its activations lies there, on few images
   *[open] No layer clearly responds to the object; in { $layer }, { ABOUT($lift) } times an even spread of the activations lies there
}{ $known ->
    [yes] { " " }({ ABOUT($fresh) } times with fresh weights).
   *[no] .
}
    .layer = Layer
    .lift = Times an even spread
    .fresh = With fresh weights
    .detail = Spatial entropy
