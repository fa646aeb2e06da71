overview = The network as a row of { $stages ->
    [one] one stage
   *[other] { $stages } stages
}; the table below names them by their numbers.
encoding = A box stands for a stage's output: its height grows with the square root of the side of the maps, its depth with that of the channels.
# What else a drawing may show.
repeats = x2 and so on count how often a stage follows itself.
open-sides = A question mark is a side that the network leaves open.
arcs = An arc over a box stands for branches.
uses = A layer that the network uses several times counts at each use.
title = { $calls ->
    [one] One layer after the input
   *[other] { $calls } layers after the input
}
alt = Boxes in a row, from input to output: { $texts }{ $more ->
    [0] {""}
   *[other] ; and { $more } more
}
stage-alt = Flow chart of { $stage }: { $what }
branches = { $stage } in full: { $paths } paths from top to bottom{ $skip ->
    [around] , one of which leads around all layers
    [through] , one of which hands on its input
   *[none] {""}
}{ $join ->
    [none] ; each is an output of its own.
   *[other] ; they meet in: { $join }.
}{ $several ->
    [yes] { " " }The numbers of channels are those of stage { $number }.
   *[no] {""}
}
key = The stages of the drawing.
key-encoding = Layers count normalizations, activations and paddings that belong to a stage; the share is that of all parameters, repetitions included.
params = Parameters in all: { $params }
params-beside = Parameters that the model holds besides: { $params }
