# Where maps lie: $inside is the share of their energy on the object, $inside_baseline that of an
# even spread, $fresh the share with fresh weights.
maps = { $kind ->
    [heatmaps] { $several ->
        [yes] Heatmaps for { $output }
       *[no] Heatmaps
    }
    [drops] { $several ->
        [yes] Drops of { $output }
       *[no] Drops
    }
    [projections] Projections
   *[maps] { $several ->
        [yes] Maps for { $output }
       *[no] Maps
    }
}
even = { $judged ->
    [above] { maps } gather on the object: { PERCENT($inside) } of their energy lies there, where an even spread would put { PERCENT($inside_baseline) }.
    [below] { maps } avoid the object: { PERCENT($inside) } of their energy lies there, where an even spread would put { PERCENT($inside_baseline) }.
    [few] { maps } put { PERCENT($inside) } of their energy on the object; too few were measured to compare with an even spread.
    [unknown] { maps } put { PERCENT($inside) } of their energy on the object; what an even spread would put there is not known.
   *[open] { maps } do not single out the object: { PERCENT($inside) } of their energy lies there, where an even spread would put { PERCENT($inside_baseline) }.
}
fresh = { $judged ->
    [above] { maps } gather on the object more than with fresh weights: { PERCENT($inside) } of their energy lies there, against { PERCENT($fresh) }.
    [below] { maps } gather on the object less than with fresh weights: { PERCENT($inside) } of their energy lies there, against { PERCENT($fresh) }.
    [few] { maps } put { PERCENT($inside) } of their energy on the object, { PERCENT($fresh) } with fresh weights; too few were measured to judge.
   *[open] { maps } do not clearly gather on the object more than with fresh weights: { PERCENT($inside) } of their energy lies there, against { PERCENT($fresh) }.
}
outputs = Each output in numbers.
    .output = Output
    .inside = Energy on the object
    .even = An even spread
    .fresh = With fresh weights
