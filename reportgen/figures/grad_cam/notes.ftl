# Heatmaps of the test images that are zero at every position, and why.
zero = { $several ->
    [yes] For { $output }, { $zero ->
        [one] one
       *[other] { $zero }
    }
   *[no] { $zero ->
        [one] One
       *[other] { $zero }
    }
} of { $zero_n } heatmaps { $zero ->
    [one] is
   *[other] are
} zero everywhere{ $cause ->
    [sum] : the weighted sum of the feature maps is nowhere positive.
    [gradient] : the gradient is zero everywhere.
    [both] : the gradient is zero for some, for others the weighted sum of the feature maps is nowhere positive.
   *[unknown] .
}
# Heatmaps that are the same at every position and not zero.
constant = { $several ->
    [yes] For { $output }, { $even ->
        [one] one
       *[other] { $even }
    }
   *[no] { $even ->
        [one] One
       *[other] { $even }
    }
} of { $even_n } heatmaps { $even ->
    [one] is the same at every position and points
   *[other] are the same at every position and point
} nowhere.
outputs = Each output in numbers.
    .output = Output
    .zero = Zero heatmaps
    .n = Of
