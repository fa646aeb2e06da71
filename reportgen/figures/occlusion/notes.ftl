# The position of the patch that lowers the explained score most, and the mean over positions.
drop = { $several ->
    [yes] For { $output }, the
   *[no] The
} worst position of the patch lowers the probability by { $drop } on average, a random position by { $drop_baseline }.
fall = { $several ->
    [yes] For { $output }, the
   *[no] The
} worst position of the patch lowers the explained value by { $fall } on average, a random position by { $fall_baseline }.
# Images whose answer is another with the patch at some position.
flipped = { $several ->
    [yes] For { $output }, covering
   *[no] Covering
} a single patch changes the answer for { PERCENT($flipped) } of the images.
