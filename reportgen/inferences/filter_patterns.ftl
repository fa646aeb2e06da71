claim = Images that maximize filters show patterns that training made.

# A pattern: the share of an image's contrast that its strongest waves hold. Layers count where it
# exceeds that of random weights. A layer is not judged where its filters respond less to these
# images than to the best test images (weak), or where too many pixels are clipped.
layers = { $case ->
    [both] Both layers show more of a pattern than with random weights.
    [all] All { $layers_n } layers show more of a pattern than with random weights.
    [none] None of { $layers_n } layers clearly shows more of a pattern than with random weights{ $rejected ->
        [weak] ; some images excite filters less than test images do
        [clipped] ; some images have too many clipped pixels
        [both] ; some images are weak or clipped
       *[no] {""}
    }.
   *[some] { $layers } of { $layers_n } layers { $layers ->
        [one] shows
       *[other] show
    } more of a pattern than with random weights{ $rejected ->
        [weak] ; other images excite filters less than test images do
        [clipped] ; other images have too many clipped pixels
        [both] ; other images are weak or clipped
       *[no] {""}
    }.
}
only = { $rejected ->
    [weak] Images of { $share_place } are not judged: they excite its filters less than the best test images do.
    [clipped] Images of { $share_place } are not judged: { PERCENT($clipped) } of their pixels are clipped, which makes patterns of its own.
    [both] Images of { $share_place } are not judged: they excite its filters less than test images do, and many of their pixels are clipped.
   *[no] In images of { $share_place }, the strongest waves hold { PERCENT($share) } of the contrast, { $judged ->
        [above] against { PERCENT($share_baseline) } with random weights.
        [below] no more than with random weights ({ PERCENT($share_baseline) }).
       *[open] not clearly more than with random weights ({ PERCENT($share_baseline) }).
    }
}
each = Each layer in numbers.
    .layer = Layer
    .model = Model
    .share = Pattern
    .random = With random weights
    .check = Not judged
