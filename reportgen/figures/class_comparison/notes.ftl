# How much more a filter's maps follow vertical edges than horizontal ones, by class: a difference
# of correlations.
edges-same = { $judged ->
    [above] For both classes, the filter shown of { $layer } follows vertical edges more than horizontal ones ({ SIGNED($one) } and { SIGNED($two) } in correlation).
    [below] For both classes, the filter shown of { $layer } follows horizontal edges more than vertical ones ({ SIGNED($one) } and { SIGNED($two) } in correlation).
   *[open] For neither class does the filter shown of { $layer } clearly follow one direction of edges ({ SIGNED($one) } and { SIGNED($two) } in correlation).
}
edges-differ = For { $first }, the filter shown of { $layer } follows { $one_side ->
    [above] vertical edges more
    [below] horizontal edges more
   *[open] neither direction of edges more
} ({ SIGNED($one) } in correlation), for { $second } { $two_side ->
    [above] vertical edges more
    [below] horizontal edges more
   *[open] neither
} ({ SIGNED($two) }).

# Likeness (cosine) of mean maps of two images, of the same class and of different ones.
classes = Mean maps of { $layer } are { $judged ->
    [above] more alike within a class than between the two
    [below] more alike between the two classes than within one
   *[open] not clearly more alike within a class than between the two
}: cosines of { $within } and { $between }.

# The filter that tells the classes apart best, by the share of pairs of images it ranks alike.
apart = { $always ->
    [yes] Filter { $filter } of { $layer } tells the classes apart best: { $more } excites it more than { $less } in every pair of images.
    [but] Filter { $filter } of { $layer } tells the classes apart best: { $more } excites it more than { $less } in all but { PERCENT($apart) } of pairs of images.
   *[no] Filter { $filter } of { $layer } tells the classes apart best: { $more } excites it more than { $less } in { PERCENT($apart) } of pairs of images.
}
