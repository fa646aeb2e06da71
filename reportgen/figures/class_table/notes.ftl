# What a constant answer would reach, from the shares of the classes among the training images.
shares = { $even ->
    [yes] All { $classes } classes are equally frequent: always naming the same one is right for { PERCENT($most) } of the training images.
   *[no] Classes are unequally frequent: the rarest has { PERCENT($least) } of the training images, the most frequent { PERCENT($most) }, which a constant answer reaches.
}
