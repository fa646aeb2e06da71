shapes = Shapes, reach and cost of { $layers ->
    [one] the convolution layer
   *[other] { $layers } convolution layers
}{ $type ->
    [several] .
   *[other] { " " }({ $type }).
}
# $axes: the axes of space, such as "height x width".
shapes-encoding = The index counts the model's layers from 0. A kernel is written as { $axes } x input channels x filters, an output as { $axes } x channels. Field is the receptive field in pixels; multiply-adds are those for one image.
statistics = Weights{ $images ->
    [0] { " " }of each layer. Activations were not measured: { $unmeasured }.
    [one] { " " }of each layer, and its activations on one test image.
   *[other] { " " }of each layer, and its activations on { $images } test images.
}
weights-encoding = Dead filters have a norm below a hundredth of the layer's median; twins have a cosine beyond 0.9 in magnitude with another filter.
activations-encoding = Dead filters have a norm below a hundredth of the layer's median; twins have a cosine beyond 0.9 in magnitude with another filter. Channels are counted after the activation that closes the layer's block: silent ones are nowhere above zero (without a ReLU: constant), nearly silent ones at less than a thousandth of the positions.
