# $layer: the convolution with the widest receptive field. $field, $size: widths in pixels.
reach = { $whole ->
    [yes] A unit of { $layer } can depend on the whole image: its receptive field spans { $field } px, the image { $size } px.
   *[no] No convolution covers the whole image: the widest receptive field, that of { $layer }, spans { $field } of { $size } px.
}
