claim = The most accurate model has the heatmaps most concentrated on the foreground.

# $lift: the share of the heatmaps' energy on the foreground over its share of the area, in the most
# accurate model, $best; $highest: the highest lift of the others, that of $other.
heatmaps = { $judged ->
    [above] { $best } is the most accurate, with the most concentrated heatmaps: the foreground's share of their energy is { ABOUT($lift) } times that of the area, against { ABOUT($highest) } in { $other }.
    [below] { $best } is the most accurate, but { $other } has more concentrated heatmaps: the foreground's share of their energy is { ABOUT($highest) } times that of the area, against { ABOUT($lift) }.
   *[open] { $best } is the most accurate, with heatmaps not clearly more concentrated: the foreground's share of their energy is { ABOUT($lift) } times that of the area, against { ABOUT($highest) } in { $other }.
}
unlearned = { $best } is the most accurate and has the most concentrated heatmaps, but that is no sign of learning: { not-learned }.
# $better, $worse: images on which more outputs of $best are right than of $second, and fewer.
tied-by-image = { $best } is not clearly the most accurate: it is better on { $better } { $better ->
    [one] image
   *[other] images
} than { $second }, and worse on { $worse }.
# $accuracy, $next: the test accuracies of $best and of $second, mean over outputs.
tied = { $best } is not clearly the most accurate: it reaches { PERCENT($accuracy) } and { $second } { PERCENT($next) }, with intervals that overlap or are missing.
models = Each model in numbers.
    .model = Model
    .accuracy = Test accuracy
    .lift = Energy on the foreground, over its share of the area
