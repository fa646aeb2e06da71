claim = The answers tell the classes apart better than one constant answer would.

# Test accuracy, and as baseline that of always naming the most frequent class. $balanced: the
# recall averaged over classes.
above = { $several ->
    [yes] Every output beats always naming the most frequent class: at worst, { PERCENT($value) } against { PERCENT($value_baseline) }.
   *[no] The accuracy of { the-model } beats always naming the most frequent class: { PERCENT($value) } against { PERCENT($value_baseline) }.
}
below = { The-model } is no more accurate than always naming the most frequent class: { PERCENT($value) } against { PERCENT($value_baseline) }.
open = { The-model } is not clearly more accurate than always naming the most frequent class: { PERCENT($value) } against { PERCENT($value_baseline) }.
rare = { The-model } is no more accurate than always naming the most frequent class ({ PERCENT($value) }), yet tells classes apart: recall averages { PERCENT($balanced) }.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .accuracy = Accuracy
    .constant = Most frequent class
    .balanced = Recall, mean over classes

# $value: the share of test images that get the most frequent answer, $answer. $right: the accuracy,
# and as baseline that of one constant answer. $repaired: the accuracy with $remedy.
alike = { The-model } answers { PERCENT($value) } of the test images as { $answer }, so that figures explain answers that hardly depend on the image.
alike-mended = { The-model } answers { PERCENT($value) } of the test images as { $answer }; with { $remedy }, { PERCENT($repaired) } are answered correctly.
alike-unlabeled = { The-model } answers { PERCENT($value) } of the test images as { $answer }; unless they all show the same, the answers hardly depend on the image.
chance = { The-model } answers { PERCENT($right) } of the test images correctly, no better than one constant answer, which reaches { PERCENT($right_baseline) }.
chance-mended = { The-model } is no better than one constant answer, with { PERCENT($right) } right; with { $remedy }, { PERCENT($repaired) } are answered correctly.
doubted = Each output in doubt in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .same = Most frequent answer
    .accuracy = Accuracy
    .constant = One constant answer
    .repaired = With the remedy
