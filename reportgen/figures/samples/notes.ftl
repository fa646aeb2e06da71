# Image files of the dataset's folder that are damaged or no images.
skipped = { $skipped ->
    [one] One of { $skipped_n } image files could not be read and was left out.
   *[other] { $skipped } of { $skipped_n } image files could not be read and were left out.
}
