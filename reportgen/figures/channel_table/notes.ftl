# The values of one channel for one image.
positive = { $silent ->
    [yes] This channel of { $layer } is nowhere above zero for this image; its largest value is { $largest }.
   *[no] This channel of { $layer } is above zero at { PERCENT($share) } of its positions; its largest value is { $largest }.
}
