claim = Heatmaps miss the shape of the object mainly because they are resized.

# Resizing moves energy by less than one cell of the feature map. $models of $models_n models have
# most of the energy outside the object that near, for most outputs. $low, $high: the smallest and
# the largest share of any output.
overlap = In every heatmap the strongest pixels all lie on the object, so nothing needs explaining.
reach = { $case ->
    [both] In both models, most of the energy outside the object lies within one cell of the feature map, which is as far as resizing can move it.
    [all] In all { $models_n } models, most of the energy outside the object lies within one cell of the feature map, which is as far as resizing can move it.
    [none] In none of { $models_n } models does most of the energy outside the object lie within one cell of the feature map, as far as resizing can move it.
   *[some] In { $models } of { $models_n } models, most of the energy outside the object lies within one cell of the feature map, as far as resizing can move it.
}
only = { $judged ->
    [above] At least { PERCENT($low) } of the energy outside the object lies within one cell of the feature map, which is as far as resizing can move it.
    [below] Too little of the energy outside the object lies within one cell of the feature map, the reach of resizing: between { PERCENT($low) } and { PERCENT($high) } for different outputs.
    [single] Only { PERCENT($high) } of the energy outside the object lies within one cell of the feature map, the reach of resizing: no majority, or no more than an even spread.
   *[open] It cannot be decided whether most of the energy outside the object lies within one cell of the feature map, as far as resizing can move it.
}
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .overlap = Heatmaps that miss the object
    .share = Energy within one cell
    .even = An even spread
