# Accuracy after the last epoch, $train and $validation: of the only output, or of the one of
# $outputs whose two accuracies are the farthest apart.
gap = { $judged ->
    [slight] Training accuracy ends slightly above validation accuracy, { PERCENT($train) } against { PERCENT($validation) }.
    [above] Training accuracy ends above validation accuracy, { PERCENT($train) } against { PERCENT($validation) }: a sign of over-fitting.
    [below] Validation accuracy ends above training accuracy, { PERCENT($validation) } against { PERCENT($train) }, which averages over the epoch while weights still change.
    [few] Training accuracy ends at { PERCENT($train) }, validation accuracy at { PERCENT($validation) }; there are too few validation images to compare them.
   *[open] Training accuracy ({ PERCENT($train) }) and validation accuracy ({ PERCENT($validation) }) end too close to tell apart.
}
gaps = { $judged ->
    [slight] For { $outputs }, training accuracy ends slightly above validation accuracy, up to { PERCENT($train) } against { PERCENT($validation) }.
    [above] For { $outputs }, training accuracy ends above validation accuracy, up to { PERCENT($train) } against { PERCENT($validation) }: a sign of over-fitting.
    [below] For { $outputs }, validation accuracy ends above training accuracy, up to { PERCENT($validation) } against { PERCENT($train) }, which averages over the last epoch.
    [few] For { $outputs }, there are too few validation images to compare their accuracy ({ PERCENT($validation) }, where it differs most) with training accuracy ({ PERCENT($train) }).
   *[open] For { $outputs }, training and validation accuracy end too close to tell apart ({ PERCENT($train) } against { PERCENT($validation) }, where they differ most).
}
