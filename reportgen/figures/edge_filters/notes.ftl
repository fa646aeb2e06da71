# Of the filters that respond, those that answer mostly to edges of one direction ($count). Of
# several layers, the one with the largest share of them.
oriented = { $count } of { $count_n } filters of { $layer } { $count ->
    [one] is oriented: it answers
   *[other] are oriented: they answer
} mostly to edges of one direction.
    .layer = Layer
    .of = Filters
    .oriented = Oriented
    .fresh = With fresh weights
    .vertical = Vertical
    .horizontal = Horizontal

# The filter whose activation correlates most with the strength of edges.
outline = Filter { $filter } of { $layer } follows the outline most closely: its activation correlates by { $clear } with the edges of an image.
    .layer = Layer
    .follows = Follows best
    .filter = Filter
    .correlation = Correlation
    .beside = With the contrary
follows-outline = the outline
follows-vertical = vertical edges
follows-horizontal = horizontal edges

# What the mean activations of a layer's filters tell of the class, by the nearest class mean.
local = Mean activations of the filters of { $layer } tell the class of { PERCENT($told) } of the images; the pixels at a position explain { PERCENT($near) } of its maps.
    .layer = Layer
    .told = Class told
    .constant = Most frequent class
    .near = Explained by the pixels
