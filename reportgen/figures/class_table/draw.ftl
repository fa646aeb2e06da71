classes = The classes of { $dataset }, the label of each, and its images in each split{ $left ->
    [0] .
    [one] ; one more class is left out.
   *[other] ; { $left } more classes are left out.
}
# How images are named.
encoding = Images are named by their index in their split, counted from 0.
