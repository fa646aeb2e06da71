# What the rows show; $layers: each with the size of its maps.
shown = { $images ->
    [classes] The first test image of each class
    [several] Test images
   *[one] { $image }
} and, beside it, the mean over all channels of { $layers }.
even = { $count ->
    [one] { $count } map is
   *[other] { $count } maps are
} the same everywhere up to rounding, and dark.
left-out = { $count ->
    [one] { $count } more class is left out.
   *[other] { $count } more classes are left out.
}
# Alternative text.
alt = A sheet of { $rows ->
    [one] one row
   *[other] { $rows } rows
} ({ $labels }{ $more ->
    [0] { "" }
   *[other] ; and { $more } more
}): the input, then its mean feature map in { $layers }.
