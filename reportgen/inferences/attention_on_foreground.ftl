claim = The evidence for the answers lies on the object, beyond what fresh weights cause.

# $share: of the energy of a method's maps, the share on the object (near: or within one cell of the
# feature map around it). $share_baseline: the share of an even spread; $fresh: with fresh weights.
only = { $judged ->
    [above] The evidence for the answers lies on the object: { $method } finds { PERCENT($share) } { there }, against { PERCENT($fresh) } with fresh weights.
    [below] The evidence for the answers lies off the object: { $method } finds { PERCENT($share) } { there }, where an even spread would put { PERCENT($share_baseline) }.
    [few] Too few images were measured: { $method } finds { PERCENT($share) } of the evidence { object }.
    [unlearned] The evidence tells of no training, as the model has learned nothing: { $method } finds { PERCENT($share) } { object }.
    [unmeasured] Of the evidence, { $method } finds { PERCENT($share) } { object }; fresh weights were not measured.
   *[open] It is undecided whether training put the evidence on the object: { $method } finds { PERCENT($share) } { there }, against { PERCENT($fresh) } with fresh weights.
}
there = { $near ->
    [yes] on or near it
   *[no] on it
}
object = { $near ->
    [yes] on or near the object
   *[no] on the object
}
disagree = Methods disagree: by { $off }, the evidence for the answers lies off the object, by { $on } on it.
activations = { $judged ->
    [below] Activations of half of the layers or more avoid the object, so that the answers can hardly rest on it.
   *[open] Only activations were measured: they show where a layer responds, and not what decides an answer.
}
models = { $case ->
    [both] The evidence lies on the object in both models.
    [all] The evidence lies on the object in all { $attentive_n } models.
    [none] The evidence clearly lies on the object in none of { $attentive_n } models{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] The evidence lies on the object in { $attentive } of { $attentive_n } models{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
each = Each model and method in numbers: shares of the maps' energy.
    .model = Model
    .method = Method
    .output = Output
    .share = On the object
    .even = An even spread
    .fresh = With fresh weights
