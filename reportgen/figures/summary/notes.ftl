# How much of the image a convolution sees at most.
# $layer: the convolution with the widest receptive field. $field, $size: widths in pixels.
reach = { $whole ->
    [yes] A unit of { $layer } can see the whole image: its receptive field spans { $field } px, the image { $size } px.
   *[no] No convolution sees the whole image: the widest receptive field, that of { $layer }, spans { $field } of { $size } px.
}
