# Multiply-adds of one image, in all layers that repeat their weights at every position, and the
# layer that takes most of them.
cost = Layers that repeat their weights at every position take { $whole } multiply-adds an image; { $layer } alone takes { PERCENT($share) } of them.

# Filters and channels that add little: of each kind, the layer that has most of it.
dead-filters = { $count } of { $count_n } filters of { $layer } { $count ->
    [one] has
   *[other] have
} weights next to nothing.
dead-channels = { $count } of { $count_n } channels of { $layer } { $count ->
    [one] is
   *[other] are
} silent: { $where ->
    [same-one] the same everywhere on the one test image.
    [same] the same everywhere on all test images measured.
    [none-one] nowhere above zero on the one test image.
   *[none] nowhere above zero on any test image measured.
}
nearly-dead-channels = { $count } of { $count_n } channels of { $layer } { $count ->
    [one] is
   *[other] are
} hardly ever above zero.
redundant-filters = { PERCENT($count) } of { $count_n } filters of { $layer } nearly repeat another.
idle = Of each kind of filters or channels that add little, the layer that has most.
    .kind = What adds little
    .layer = Layer
    .count = Number
    .of = Of
dead-filters-name = Filters with weights next to nothing
dead-channels-name = Silent channels
nearly-dead-channels-name = Channels hardly ever above zero
redundant-filters-name = Filters that nearly repeat another
