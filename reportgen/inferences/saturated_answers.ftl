claim = Probabilities leave room for gradients.

# $value: the share of test images whose probability is one in single precision. $lead: the largest
# logit minus the second, median over images.
below = { The-model } is saturated: for { PERCENT($value) } of test images its probability rounds to one, where gradients vanish; its largest logit leads by { $lead }.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .certain = Probability rounds to one
    .lead = Lead of the largest logit
