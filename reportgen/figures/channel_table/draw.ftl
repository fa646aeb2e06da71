# $positive of $positions values of the map are above zero.
channel = Activations of channel { $channel } of { $layer } for { $image }{ $cut ->
    [yes] , the upper left { $height } x { $width } of { $all-height } x { $all-width } positions
   *[no] {""}
}; { $positive } of { $positions } values are above zero.
encoding = Rows and columns are counted from 0; values above zero are set in bold.
