# What the map of a test image shows; $place is such as "upper left".
shows = { $kind ->
    [zero] the map is zero everywhere
   *[somewhere] the map is strongest in the { $place }
}
# How maps were made.
made = { $title }{ $method ->
    [smoothgrad] { " " }({ $copies ->
        [one] { $copies } copy
       *[other] { $copies } copies
    }, noise of { $noise } of the input range)
   *[other] { "" }
} of the { $score }{ $several ->
    [yes] { " " }of output { $output }
   *[no] { "" }
}{ $method ->
    [smoothgrad] .
    [integrated_gradients] { " " }from { $baseline ->
        [mean] the mean color
       *[other] { $baseline }
    } ({ $steps ->
        [one] { $steps } midpoint
       *[other] { $steps } midpoints
    }).
   *[other] { " " }with respect to the input.
}
# What guided backpropagation met.
replaced = { $count ->
    [one] The backward rule was replaced at { $count } ReLU.
   *[other] The backward rule was replaced at { $count } ReLUs.
}
leaky = { $count ->
    [one] { $count } of them is leaky and
   *[other] { $count } of them are leaky and
} passed on a share where off, for which the paper has no rule.
curves = { $count ->
    [one] Layer { $layers } kept the plain gradient, as it is no ReLU.
   *[other] Layers { $layers }{ $more ->
        [0] { "" }
       *[other] { " " }and { $more } more
    } kept the plain gradient, as they are no ReLUs.
}
hidden = ReLUs inside { $layers }{ $more ->
    [0] { "" }
   *[other] { " " }and { $more } more layers
} could not be reached.
# How to read maps.
signed = { $channels ->
    [several] Maps show the sum over color channels: red
   *[one] Maps are signed: red
} raises the score, blue lowers it, white is zero; each map is scaled to its largest magnitude.
magnitudes = { $channels ->
    [several] Maps show the largest magnitude over color channels, without its sign,
   *[one] Maps show the magnitude, without its sign,
} each from zero (dark) to its own maximum (bright).
# Alternative text; a sentence for each image follows.
alt = { $images ->
    [one] An input image, its saliency map ({ $method }), and both together.
   *[other] { $images } input images, each beside its saliency map ({ $method }) and both together.
}
