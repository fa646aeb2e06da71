# The mean response of a filter to the image found for it, as a multiple of the largest response to
# a test image; the median over filters.
response = { $judged ->
    [above] Images found for { $layer } excite its filters { ABOUT($ratio) } times as strongly as the best test images.
    [below] Some test image excites most filters of { $layer } more than the images found, which reach { ABOUT($ratio) } times its response.
    [few] Images found for { $layer } excite its filters { ABOUT($ratio) } times as strongly as the best test images; too few filters to judge.
   *[open] Images found for { $layer } and the best test images excite its filters about equally: the ratio is { $ratio }.
}
# The mean response reached, as a share of the largest that any image in range can give.
bound = Filters of { $layer } reach { PERCENT($share) } of the largest mean response that any image in range can give them.
# The same for the scores of classes or units.
score = { $judged ->
    [above] Images found for { $layer } raise scores to { ABOUT($ratio) } times the best of any test image.
    [below] Some test image raises most scores of { $layer } more than the images found, which reach { ABOUT($ratio) } times as much.
    [few] Images found for { $layer } raise scores to { ABOUT($ratio) } times the best of any test image; too few scores to judge.
   *[open] Images found for { $layer } and the best test images raise scores about equally: the ratio is { $ratio }.
}
# Filters or units that no gradient reached.
still-filters = { $still ->
    [one] One of { $still_n } filters of { $layer } had no gradient anywhere, so its image stayed blank.
   *[other] { $still } of { $still_n } filters of { $layer } had no gradient anywhere, so their images stayed blank.
}
still-targets = { $still ->
    [one] One of { $still_n } targets of { $layer } had no gradient anywhere, so its image stayed blank.
   *[other] { $still } of { $still_n } targets of { $layer } had no gradient anywhere, so their images stayed blank.
}
# The layer of several whose images excel the test images most.
responses = Images found for { $layer } excel the best test images most, exciting its filters { ABOUT($ratio) } times as strongly.
    .layer = Layer
    .ratio = Times the best test image
