claim = Training learned something, was steady, and had come to its end.

# $final_accuracy_train: training accuracy after the last epoch; its baseline: one constant answer.
nothing = { The-model } never learned: { PERCENT($final_accuracy_train) } of its training images are answered correctly, and one constant answer reaches { PERCENT($final_accuracy_train_baseline) }.
# In $value of $value_n epochs, the training loss is clearly higher than before and after.
unstable = The training of { the-model } was unstable: its loss jumped up and back at { $value } of { $value_n } epochs.
# $loss_rise: the last validation loss over the smallest, minus one.
late = { The-model } trained for too long: its validation loss was smallest after epoch { $best_epoch } and ended { PERCENT($loss_rise) } higher.
rising = { The-model } may have trained for too long: its validation loss was rising at last, but ended only { PERCENT($loss_rise) } above its smallest value.
# $loss_trend_validation: the change of the validation loss by epoch, over the last half of the epochs.
falling = { The-model } was still improving when training ended: its validation loss changed by { SIGNED_PERCENT($loss_trend_validation) } an epoch.
settled = The training of { the-model } was steady and had come to its end: its validation loss at last changed by { SIGNED_PERCENT($loss_trend_validation) } an epoch.
# $explained: one minus the smallest validation loss over that of answers by class frequencies alone.
exhausted = The training of { the-model } was steady and left little to learn: its smallest validation loss is { PERCENT($explained) } below that of class frequencies alone.
open = It cannot be told whether the training of { the-model } had come to its end: the trend of its validation loss, { SIGNED_PERCENT($loss_trend_validation) } an epoch, is uncertain.
short = It cannot be told whether the training of { the-model } had come to its end: no trend of its validation loss is known, which takes four epochs.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .spikes = Spikes of the training loss
    .trend = Last change of the validation loss by epoch
    .rise = Validation loss above its smallest value
    .explained = Smallest validation loss below that of class frequencies
