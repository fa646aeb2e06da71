# Sanity checks of maps: likeness to the maps of the same network with fresh weights, and to the
# map of another class, as rank correlations.
off = The sanity checks of these maps are turned off, so they may not follow the network.
weights = { $check ->
    [hardly] { maps } hardly change with fresh weights (rank correlation { $alike }): they say little of what the network learned.
   *[unknown] It is unknown whether { lower-maps } follow the weights: they cannot be compared with maps of fresh weights.
}
maps = { $several ->
    [yes] Maps for { $output }
   *[no] These maps
}
lower-maps = { $several ->
    [yes] maps for { $output }
   *[no] these maps
}
classes = { maps } say little of the class: the map of another class is nearly the same (rank correlation { $alike }).
