# The maps of a layer's clearest filters for a test image; $images: those on which they were judged.
shown = The filters of { $layer } that follow edges most clearly, with their maps for { $image }; judged on { $images ->
    [one] { $images } test image.
   *[other] { $images } test images.
}
# Alternative text; $groups: the rows, such as "Edges more than brightness: filters 0, 3".
alt = A sheet of { $rows ->
    [one] one row, with { $image }
   *[other] { $rows } rows, each with { $image }
} and maps of { $layer }. { $groups }.
# The table of all filters.
table = Filters by the edges that they respond to most, and by whether their activation follows edges or brightness more.
judged = A filter may stand in two rows. Directions are measured with waves, edges and brightness on { $images ->
    [one] { $images } test image,
   *[other] { $images } test images,
} and only where the difference is sure; filters that follow nothing have even maps for every image.
