# What covering a part of a test image does.
nothing = covering changes nothing at any position, so the map is zero everywhere
value-drop = { $lower ->
    [yes] the worst position lowers the value by { $drop }
   *[no] no position lowers the value
}
probability-drop = { $lower ->
    [yes] the worst position takes { $drop } of probability
   *[no] no position lowers the probability
}, and { $flips } of { $positions ->
    [one] { $positions } position changes
   *[other] { $positions } positions { $flips ->
        [one] changes
       *[other] change
    }
} the answer
# How maps were made.
made = Drop of the { $score }{ $several ->
    [yes] { " " }of output { $output }
   *[no] { "" }
} when a patch of { $patch } pixels is filled with { $fill ->
    [mean] the mean color of the { $split } images
   *[other] { $fill }
}, at { $positions ->
    [one] { $positions } position.
   *[other] { $positions } positions ({ $stride } pixels apart).
}
values = Output { $output } has values and no probability, so it is left out.
# How to read maps.
encoding = Each pixel is the mean over the patches that cover it. Red: covering lowers the score; blue: covering raises it; white: no change; each map is scaled to its largest magnitude.
# Alternative texts; a sentence for each image follows.
alt = { $images ->
    [one] An input image, its occlusion map, and both together.
   *[other] { $images } input images, each beside its occlusion map and both together.
}
shows = { $kind ->
    [zero] the map is zero everywhere
    [drop] the largest drop is in the { $place }
   *[none] there is no drop anywhere
}
