# The two classes whose weight vectors enclose the smallest angle.
closest = The weight vectors of { $first } and { $second } are the closest, { $least }° apart.
closest-bound = The weight vectors of { $first } and { $second } are the closest, { $least }° apart; evenly spread, all classes could keep { $least_baseline }°.

# The mean angle between the weight vector of a class and the center of the class's images.
toward = { $judged ->
    [below] Weight vectors point toward the centers of their classes, { $angle }° away on average; random directions would be { $angle_baseline }° away.
    [above] Weight vectors point away from the centers of their classes: { $angle }° on average, against { $angle_baseline }° for random directions.
    [few] Weight vectors are { $angle }° from the centers of their classes on average; too few classes to compare with random directions.
   *[open] Weight vectors are { $angle }° from the centers of their classes on average, no closer than random directions.
}

# The largest difference between the biases of two classes.
bias = { $bias ->
    [0] All classes have the same bias, which therefore decides nothing.
   *[other] The biases of the classes differ by up to { $bias }, so directions and lengths do not decide alone.
}
