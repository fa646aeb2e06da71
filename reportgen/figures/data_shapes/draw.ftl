shapes = { $show ->
    [before] Shapes of { $dataset } before it is prepared.
    [both] Shapes of { $dataset }, before and after it is prepared: images have an axis for their channels; { $preprocessing }{ $published ->
        [yes] ; the validation images are taken from the published training images
       *[no] {""}
    }.
   *[after] Shapes of { $dataset }, after it is prepared: images have an axis for their channels; { $preprocessing }{ $published ->
        [yes] ; the validation images are taken from the published training images
       *[no] {""}
    }.
}
# The column that says which shapes a row shows.
before = { $published ->
    [yes] as published
   *[no] as stored here
}
after = for the model
