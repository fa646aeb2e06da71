points = The embedding of each image, the { $place }, in its { $dimensions } dimensions.
projected = The embedding of each image, the { $place }: { $dimensions } dimensions, projected on the first two principal components of the { $split } images.
variance = These components hold { $shares } of the variance.
share = { $share } on { $split }
# What the lines, numbers and colors of the picture are.
encoding = { $space ->
    [sphere] A cross marks the origin.
    [projected] The gray lines cross where the origin is projected.
   *[plane] The gray lines cross at the origin.
}{ $colors ->
    [none] { " " }There are no labels to color points by.
    [repeat] { " " }Colors repeat after ten classes.
   *[each] {""}
}{ $numbers ->
    [none] {""}
    [many] { " " }There are too many classes to number.
    [medians] { " " }Numbers stand at the median of each class in the { $split } images.
   *[lines] { " " }Lines run along the mean direction of each class in the { $split } images to the median length, where its number stands, moved aside where numbers meet.
}
arrows = Dashed lines are the weight vectors of layer '{ $classifier }', all drawn at one length.
beyond = { $count ->
    [one] One point lies far beyond the frame.
   *[other] { $count } points lie far beyond the frame.
}
alt = Scatter plot of { $splits } embeddings{ $classes ->
    [0] , without classes.
    [one] { " " }of one class.
   *[other] { " " }of { $classes } classes.
}
alt-around = Scatter plot of { $splits } embeddings; counterclockwise from the right the classes are { $around }.
cloud = { $split }: { $all ->
    [yes] all { $images }
   *[no] { $shown } of { $images }
} { $single ->
    [yes] image
   *[no] images
}
sphere = The same directions on a map of the whole sphere, without their lengths.
sphere-encoding = The map is Mollweide's, which keeps areas.{ $numbers ->
    [yes] { " " }Numbers stand at the mean direction of each class in the { $split } images, moved aside where they meet.
   *[no] {""}
}
diamonds = Diamonds are the directions of the weight vectors of '{ $classifier }'.
sphere-alt = Map of the sphere with the directions of { $splits } embeddings.
angles = Angles of images to the center of their own class and to the nearest other center; the less the two overlap, the better angles tell classes apart.
angles-encoding = Centers are mean directions of the { $split } images; dashed lines are means.
angles-alt = Histograms of angles to the own and to the nearest other class center for { $splits } images.
angles-axis = angle to a class center (degrees)
classes = Mean angle of the images of each class to its center, and the angle between its center and the nearest other one, in degrees.
classes-encoding = Centers are mean directions of the { $split } images.
listed = Of { $classes } classes the { $rows } with the nearest neighbors are listed.
