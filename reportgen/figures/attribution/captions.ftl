# A test image of a classifier: the model's answer, and what is explained where that is another
# class. $remark: what the map shows, from the catalog of the figure.
prediction = { $image }: predicted { $predicted } with { $share }{ $by ->
    [none] { "" }
   *[other] { " " }(by a { $by } of the model's output, which gives no probabilities itself)
}{ $other ->
    [yes] , explained for { $unit }
   *[no] { "" }
}{ $remarked ->
    [yes] ; { $remark }.
   *[no] .
}
# A test image of a model that gives plain values.
value = { $image }: { $unit } at { $value }{ $rank ->
    [largest] , the largest value
    [lower] ; the largest value is { $largest }, of { $largest_unit }
   *[alone] { "" }
}{ $remarked ->
    [yes] ; { $remark }.
   *[no] .
}
# Alternative texts: what the map of a test image shows.
finding = { $image }: { $shows }.
# How to read a number of a channel or filter.
numbering = { $what ->
    [channel] Channels are counted from zero: channel { $index } is the layer's { $place }.
   *[filter] Filters are counted from zero: filter { $index } is the layer's { $place }.
}
# How to read feature maps.
own-scale = Each map has a color scale of its own, from its smallest value (dark) to its largest (bright).
# How images are shown whose channels are no colors.
channels = { $count ->
    [2] The two channels are shown as red and green.
   *[other] Of { $count } channels the first three are shown as red, green and blue.
}
