maps = { $several ->
    [yes] maps for { $output }
   *[no] maps
}
# Methods that multiply by the input, or by its difference from a baseline.
by-construction = The method multiplies by the input, so { PERCENT($still) } of the pixels of { maps } are zero whatever the network: where a map lies says nothing of it.
# How far the sum of a map is from the difference of the scores that it explains.
gap = The sums of { maps } miss the difference of the scores by { PERCENT($gap) } (median over images).
# ReLUs that follow the rule of guided backpropagation.
guided = Only { PERCENT($share) } of the ReLUs on the way back of { maps } follow the guided rule; the others lie inside code of the model's own.
