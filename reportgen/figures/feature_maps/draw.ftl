# The feature maps of a layer that are shown for a test image; $zero of them are zero everywhere.
caption = { $which ->
    [all] { $shown ->
        [one] The only feature map of { $layer }
       *[other] { $shown } feature maps of { $layer }
    }
    [single] Feature map { $channel } of the { $channels } of { $layer }
    [first] The first { $shown } of { $channels } feature maps of { $layer }
   *[some] { $shown } of { $channels } feature maps of { $layer }
} ({ $size } { $positions ->
    [one] position
   *[other] positions
}) for { $image }{ $zero ->
    [0] .
    [one] { $shown ->
        [one] ; it is zero everywhere.
       *[other] ; { $zero } is zero everywhere.
    }
   *[other] ; { $zero } are zero everywhere.
}
# How to read feature maps.
encoding = Each feature map has a color scale of its own, from its smallest value (dark) to its largest (bright); its number and its largest activation stand over it.
arrangement = { $axes ->
    [1] Each is drawn as a strip, from its first position (left) to its last.
    [3] Each is drawn as its planes, in reading order, with gray between.
   *[2] { "" }
}
# Alternative text.
alt = { $shown ->
    [one] A feature map
   *[other] A grid of { $shown } feature maps
} of { $type } { $layer } for { $image }. The strongest activation is { $peak }, in channel { $at }.{ $zero ->
    [0] { "" }
    [one] { $shown ->
        [one] { "" }
       *[other] { " " }{ $zero } of the maps is zero everywhere.
    }
   *[other] { " " }{ $zero } of the maps are zero everywhere.
}
strips = { $shown ->
    [one] It is
   *[other] Each is
} a strip from its first position (left) to its last.
planes = { $shown ->
    [one] It is
   *[other] Each is
} drawn as { $planes } planes of { $size } { $along ->
    [across] from left to right, with gray between.
    [down] from the top down, with gray between.
   *[rows] in rows of { $columns }, with gray between{ $after ->
        [yes] { " " }and after the last.
       *[no] .
    }
}
