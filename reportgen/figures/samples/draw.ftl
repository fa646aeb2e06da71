one = { $image } of { $dataset }: { $title }.
several = { $count } images of { $dataset }, { $split } split, numbers { $indices }.
input = As model input: { $preprocessing }.
# What stands at each image.
encoding = { $over ->
    [labels] Over each image stand its label and its class.
    [classes] Over each image stands its class.
   *[names] Over each image stands its name.
}
beside = On the left is the file's image; both are drawn with longer sides of one length.
by = These are the answers of a { $name } of the model's output.
alt = { $count ->
    [one] One image
   *[other] { $count } images
} of { $width } x { $height } px, { $depth ->
    [1] gray
    [3] in color
   *[other] of { $depth } channels
}: { $titles }{ $more ->
    [yes] ; …
   *[no] {""}
}.
steps = From stored images to model input: { $dataset }.
inputs = Model input ({ $preprocessing }): { $depth ->
    [one] its channel
   *[other] its { $depth } channels, in the order in which the model reads them
}, from { $least } (black) to { $most } (white).
inputs-alt = Gray pictures of the model input's channels ({ $channels }) for { $titles }.
inputs-title = As model input
