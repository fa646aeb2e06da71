claim = The model's confidence fits its accuracy.

# $error: the calibration error; $error_baseline: that of as many answers whose probabilities fit.
above = { $several ->
    [yes] Confidence fits accuracy in every output: the calibration error is at most { PERCENT($error) }.
   *[no] The confidence of { the-model } fits its accuracy: the calibration error is { PERCENT($error) }, where chance alone makes { PERCENT($error_baseline) }.
}
uneven = The confidence of { the-model } does not fit its accuracy: the calibration error is { PERCENT($error) }, where chance alone makes { PERCENT($error_baseline) }.
open = It cannot be told whether the confidence of { the-model } fits its accuracy: the calibration error is { PERCENT($error) }, where chance alone makes { PERCENT($error_baseline) }.
unlearned = The calibration error of { the-model } is small, { PERCENT($error) }, but that is no sign of learning: { not-learned }.
# $value: mean probability of the answers minus accuracy. $temperature: the divisor of the logits
# that makes the labels likeliest.
over = { The-model } is overconfident: the probability of its answers exceeds its accuracy by { PERCENT($value) } on average.
over-mended = { The-model } is overconfident, by { PERCENT($value) } on average; dividing its logits by { $temperature } more than halves the calibration error.
modest = { The-model } is less confident than accurate: the probability of its answers minus its accuracy is { PERCENT($value) } on average.
modest-mended = { The-model } is less confident than accurate ({ PERCENT($value) } on average); dividing its logits by { $temperature } more than halves the calibration error.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .error = Calibration error
    .chance = By chance alone
    .over = Confidence minus accuracy
    .temperature = Best divisor of the logits
