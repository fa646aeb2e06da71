plane = The weight vectors of the classes in layer '{ $layer }', each from the origin with its class's number; right: their directions alone.
space = The weight vectors of the classes in layer '{ $layer }', from two sides.
sphere = The same directions on a map of the whole sphere.
cosines = Cosine of the angle between the weight vectors of each two classes in layer '{ $layer }', in { $dimensions } dimensions.
# Where there are class centers: the mean directions of $images.
plane-centers = Dots mark the class centers, the mean directions of { $images }.
space-centers = Dashed lines are the class centers, the mean directions of { $images }, all drawn at one length.
sphere-encoding = The map is Mollweide's, which keeps areas; numbers stand at the weight vectors, moved aside where they meet{ $centers ->
    [yes] , diamonds at the class centers.
   *[no] .
}
cosines-encoding = A cosine of 1 is one direction, 0 a right angle, -1 opposite directions.
plane-alt = Arrows of the classes; counterclockwise from the right: { $around }.
space-alt = Lines from the origin to the weight vectors of { $classes ->
    [one] one class
   *[other] { $classes } classes
}, in two views.
sphere-alt = Map of the sphere with the weight vectors of { $classes ->
    [one] one class
   *[other] { $classes } classes
}.
cosines-alt = Heatmap of { $classes } by { $classes } cosines; { $known ->
    [yes] the closest are { $first } and { $second }.
   *[no] no two classes can be compared.
}
images = { $n ->
    [one] one { $split } image
   *[other] { $n } { $split } images
}
classes = The weight vector of each class in layer '{ $layer }': its length, the class whose vector is nearest by angle, { $centers ->
    [yes] and the angle to the mean direction of the class among { $images }.
   *[no] and the angle between the two. There are no class centers to compare with, because { $unmeasured }.
}
listed = Of { $classes } classes the { $rows } with the nearest neighbors are listed.
