# The share of the test images that an output classifies correctly. $accuracy_baseline: the same for
# always naming the most frequent class.
accuracy = { $judged ->
    [useless] Only { PERCENT($accuracy) } of the test images are classified correctly, no better than by always naming the most frequent class ({ PERCENT($accuracy_baseline) }).
   *[useful] { PERCENT($accuracy) } of the test images are classified correctly; always naming the most frequent class would reach { PERCENT($accuracy_baseline) }.
}
# $least, $most: the least and the most accurate of several outputs.
accuracies = { $alike ->
    [yes] Each output classifies { PERCENT($most) } of the test images correctly.
   *[no] Outputs classify between { PERCENT($least) } and { PERCENT($most) } of the test images correctly; { $worst } does worst.
}
    .output = Output
    .accuracy = Accuracy
    .constant = Most frequent class

# Accuracy where the channels of each pixel are replaced by their root mean square, which keeps its
# energy. $gray_baseline: with color.
color = { $outputs ->
    [one] Without color, accuracy falls from { PERCENT($gray_baseline) } to { PERCENT($gray) }; such images are also unlike those of the training.
   *[many] Without color, accuracy falls most for { $output }: from { PERCENT($gray_baseline) } to { PERCENT($gray) }; such images are also unlike those of the training.
}
    .output = Output
    .color = With color
    .gray = Without
