# The share of images whose nearest class center, by angle, is that of their own class.
angles = { $judged ->
    [above] By angle, { PERCENT($right) } of the { $split } images lie nearest to the center of their own class ({ PERCENT($right_baseline) } by always naming the most frequent class).
    [below] By angle, only { PERCENT($right) } of the { $split } images lie nearest to the center of their own class, fewer than the { PERCENT($right_baseline) } of the most frequent class.
    [few] By angle, { PERCENT($right) } of the { $split } images lie nearest to the center of their own class; too few images to judge.
   *[open] By angle, { PERCENT($right) } of the { $split } images lie nearest to the center of their own class, no clear gain over always naming the most frequent class.
}
    .split = Split
    .within = To the own center (°)
    .other = To the nearest other (°)
    .right = Nearest to their own

# The two classes whose centers enclose the smallest angle.
closest = The centers of { $first } and { $second } are the closest, { $least }° apart.
closest-bound = The centers of { $first } and { $second } are the closest, { $least }° apart; evenly spread, all classes could keep { $least_baseline }°.

# Whether doubling the length of an embedding changes the logits.
length = { $counts ->
    [no] Only the direction of an embedding counts: doubling its length changes the logits by { PERCENT($effect) }.
   *[yes] The length of an embedding counts besides its direction: doubling it changes the logits by { PERCENT($effect) }.
}
