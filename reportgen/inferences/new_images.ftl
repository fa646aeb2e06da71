claim = The model does as well on new images as on those of its training.

# Accuracy on the training and the test split with the final weights, $train and $test.
as-well = { $several ->
    [yes] Every output answers new images about as well as training images: at worst, { PERCENT($test) } and { PERCENT($train) } are right.
   *[no] { The-model } answers new images about as well as training images: { PERCENT($test) } and { PERCENT($train) } are right.
}
over-fits = { The-model } over-fits: { PERCENT($train) } of training images and { PERCENT($test) } of test images are answered correctly.
uncertain = It cannot be told whether { the-model } over-fits: { PERCENT($train) } of training and { PERCENT($test) } of test images are answered correctly, an uncertain difference.
seen = It cannot be told whether { the-model } over-fits, as its test images may be among those it was trained on: { PERCENT($test) } are answered correctly.
unlearned = { The-model } answers training and test images about equally well, but that is no sign of learning: { not-learned }.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .train = Training accuracy
    .test = Test accuracy
