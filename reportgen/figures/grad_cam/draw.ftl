# What the heatmap of a test image shows, or why it shows nothing; $place is such as "upper left".
shows = { $kind ->
    [pointless] the heatmap is the same at every position, so it points nowhere and is drawn empty
    [gradient] the heatmap is zero everywhere, because the gradient is zero everywhere
    [activations] the heatmap is zero everywhere, because all activations of the layer are zero
    [constant] the heatmap is zero everywhere, because no channel of the layer varies over the image
    [sum] the heatmap is zero everywhere, because the weighted sum of the feature maps is nowhere positive
   *[somewhere] the heatmap is hottest in the { $place }
}
# How heatmaps were made.
made = { $method }{ $score ->
    [value] { " " }of the unit's value
   *[logit] { "" }
}{ $several ->
    [yes] { " " }for output { $output }
   *[no] { "" }
} at layer { $layer } ({ $size } positions).
overlaid = The same heatmap, resized to the { $size } pixels of the input and laid over it.
# What a reader would not expect.
left-out = { $count ->
    [one] { $count } of { $channels } channels is the same at every position of some image and was
   *[other] { $count } of { $channels } channels are the same at every position of some image and were
} left out there.
independent = { $count ->
    [one] Output { $outputs } does not depend on this layer and has no heatmap.
   *[other] Outputs { $outputs } do not depend on this layer and have no heatmap.
}
rearranged = Layer { $layer } before it puts values into other places, so the heatmap may not lie over the image as drawn.
# How to read heatmaps.
encoding = A heatmap has one cell for each position of the layer's feature maps. Its colors run from dark (zero) to bright (its largest value); over the input it is resized bilinearly.
# Alternative texts; a sentence for each image follows.
alt = { $picture ->
    [heatmap] { $images ->
        [one] { $method } heatmap of layer { $layer }.
       *[other] { $images } { $method } heatmaps of layer { $layer }.
    }
    [overlay] { $images ->
        [one] The input image under its { $method } heatmap of layer { $layer }.
       *[other] { $images } input images, each under its { $method } heatmap of layer { $layer }.
    }
   *[sheet] { $images ->
        [one] An input image, its { $method } heatmap of layer { $layer }, and both together.
       *[other] { $images } input images, each beside its { $method } heatmap of layer { $layer } and both together.
    }
}
