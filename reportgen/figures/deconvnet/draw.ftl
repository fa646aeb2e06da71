# The test images of a channel.
images = { $count ->
    [0] Channel { $channel } is not excited by any image.
    [one] Channel { $channel }: test image { $images }.
   *[other] Channel { $channel }: test images { $images }.
}
image = { $index }{ $shows ->
    [nothing] { " " }(the unit sees only padding)
    [zero] { " " }(zero everywhere)
   *[something] { "" }
}
group = { $numbers }{ $named ->
    [yes] { " " }({ $label })
   *[no] { "" }
}
# How projections were made; $numbers: those of the channels.
made = { $images ->
    [given] These are the test images given
   *[searched] The images that excite
}{ $images ->
    [given] { "" }
   *[searched] { $channels ->
        [one] { " " }a channel most, of { $searched } test images
       *[other] { " " }each channel most, of { $searched } test images
    }
}, each beside the { $keep ->
    [all] activations at all positions
   *[strongest] strongest activation
} of { $channels ->
    [one] channel { $numbers }
   *[other] channels { $numbers }
} of layer { $layer }, brought back to the input{ $beside ->
    [guided] { " " }and, third, the same by guided backpropagation.
    [gradient] { " " }and, third, the same by the gradient.
   *[none] .
}
relus = { $count ->
    [0] No ReLU follows the deconvnet's rule: this is the plain backward pass.
    [one] { $count } ReLU follows the deconvnet's rule.
   *[other] { $count } ReLUs follow the deconvnet's rule.
}
hidden = ReLUs inside { $layers } kept the plain backward pass.
not-beside = { $rule ->
    [guided] Guided backpropagation
   *[gradient] The gradient
} would be the same pass here, so it is not shown beside.
# Where a deconvnet has no rule.
passage = A deconvnet has no rule for { $kind ->
    [normalization] normalization
    [branches-that-meet] branches that meet
    [average-pooling] average pooling
   *[other-non-linearities] other non-linearities
} ({ $few ->
    [yes] { $layers }
   *[no] { $count } layers
}): the plain backward pass { $kind ->
    [normalization] multiplies by the normalization's slope.
    [branches-that-meet] goes back along every branch.
    [average-pooling] spreads evenly over what was averaged.
   *[other-non-linearities] multiplies by the non-linearity's slope.
}
# How to read projections.
beside = { $rule ->
    [guided] ReLUs of guided backpropagation pass nothing on where they were off{ $leaky ->
        [yes] { " " }(of leaky ones, their slope).
       *[no] .
    }
   *[gradient] ReLUs of the gradient pass on both signs where they were on.
}
unknown = { $what ->
    [size] How much of the image a unit sees is unknown, so the whole image is shown.
   *[place] Which part of the image a unit sees is unknown, so the whole image is shown.
}
crop = All are cropped to what the unit sees, { $width ->
    [one] { $width } pixel
   *[other] { $width } pixels
} wide; white lies beyond the image.{ $gated ->
    [yes] { " " }Gates (squeeze-and-excitation), through which a unit depends on the whole image, are left out of that.
   *[no] { "" }
}
contrast = Each projection has its own contrast; gray is zero.
zero = Channels are counted from zero.
# Alternative text; a sentence for each channel follows.
alt = Crops of images beside their projections from layer { $layer }.
row = Channel { $channel }: { $count ->
    [one] { $count } image
   *[other] { $count } images
} of { $named ->
    [yes] { $labels }.
   *[no] no named class.
}
