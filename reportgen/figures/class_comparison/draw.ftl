# Test images of two classes with the maps of one channel; $even of the maps are the same everywhere.
shown = Test images of { $first } and of { $second }, each with channel { $filter } of { $layers }{ $even ->
    [0] .
    [one] ; { $even } map is the same everywhere.
   *[other] ; { $even } maps are the same everywhere.
}
# Alternative text.
alt = A sheet of { $rows } rows, { $of_first } of { $first } and the others of { $second }: the input, then its map in { $layers }.{ $even ->
    [0] { "" }
    [one] { " " }{ $even } of the maps is the same everywhere.
   *[other] { " " }{ $even } of the maps are the same everywhere.
}
