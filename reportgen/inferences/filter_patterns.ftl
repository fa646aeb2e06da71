claim = Images that maximize filters show patterns that training made.

# A pattern: the share of an image's contrast that its strongest waves hold ($share; $share_baseline
# with fresh weights). A layer is not judged where its filters respond less to these images than to
# the best test images (weak), or where too many values are clipped.
layers = { $case ->
    [both] Both layers show more of a pattern than with fresh weights.
    [all] All { $layers_n } layers show more of a pattern than with fresh weights.
    [none] None of { $layers_n } layers clearly shows more of a pattern than with fresh weights{ $rejected ->
        [weak] ; some images excite filters less than the best test images do
        [clipped] ; some images have too many clipped values
        [both] ; some images excite filters too little or have too many clipped values
       *[no] {""}
    }.
   *[some] { $layers } of { $layers_n } layers { $layers ->
        [one] shows
       *[other] show
    } more of a pattern than with fresh weights{ $rejected ->
        [weak] ; other images excite filters less than the best test images do
        [clipped] ; other images have too many clipped values
        [both] ; other images excite filters too little or have too many clipped values
       *[no] {""}
    }.
}
only = { $rejected ->
    [weak] Images of { $share_place } are not judged: they excite its filters less than the best test images do.
    [clipped] Images of { $share_place } are not judged: { PERCENT($clipped) } of their values are clipped, which makes patterns of its own.
    [both] Images of { $share_place } are not judged: they excite its filters less than the best test images do, and { PERCENT($clipped) } of their values are clipped.
   *[no] In images of { $share_place }, the strongest waves hold { PERCENT($share) } of the contrast, { $judged ->
        [above] more than with fresh weights ({ PERCENT($share_baseline) }).
        [below] less than with fresh weights ({ PERCENT($share_baseline) }).
       *[open] not clearly more than with fresh weights ({ PERCENT($share_baseline) }).
    }
}
each = Each layer in numbers.
    .layer = Layer
    .model = Model
    .share = Pattern
    .fresh = With fresh weights
    .check = Not judged
