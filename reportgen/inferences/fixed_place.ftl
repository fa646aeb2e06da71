claim = The evidence of the answers moves with the object.

# The maps that decide, by the kind of the figure.
maps = { $kind ->
    [saliency] saliency maps
    [occlusion] score drops under a patch
   *[grad_cam] heatmaps
}
# $value: the share of the maps of one half of the images that lies in the hottest tenth of the mean
# map of the other half. $there: the share of object pixels in that tenth. $inside: the share of the
# maps that lies on the object.
moves = The evidence of { the-model } moves with the object: { PERCENT($inside) } of its { maps } lies on it, and { PERCENT($value) } in the same tenth of all images.
fixed = The evidence of { the-model } lies at one place off the object: { PERCENT($value) } of its { maps } lies in the same tenth of all images, with { PERCENT($there) } object pixels.
shared = { PERCENT($value) } of the { maps } of { the-model } lies in the same tenth of all images, but objects may lie there too, so nothing can be told.
off = The { maps } of { the-model } mark no fixed place, but not clearly the object either: { PERCENT($inside) } lies on it.
# $fresh: the share on the object with fresh weights, mean over draws.
like-fresh = The { maps } of { the-model } lie on the object, but not clearly more than with fresh weights: { PERCENT($inside) } against { PERCENT($fresh) }.
no-fresh = The { maps } of { the-model } lie on the object ({ PERCENT($inside) }), but were not measured with fresh weights, so that training cannot be credited.
open = It cannot be told whether the evidence of { the-model } moves with the object: { PERCENT($value) } of its { maps } lies in the same tenth of all images.
unlearned = The { maps } of { the-model } lie on the object, but that is no sign of learning: { not-learned }.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .maps = Maps
    .place = In the same tenth of all images
    .there = Object pixels there
    .inside = On the object
    .fresh = On the object, fresh weights
