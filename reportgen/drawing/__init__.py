"""Pictures from arrays as small palette PNG files, the same bytes for the same arrays.

`mosaic` and `sheet` hold images, `charts` lines, bars, histograms and matrices, `scatter` and
`scatter_3d` points of classes, `canvas` boxes and arrows. `axes` is the house style of a chart of
your own; `colors` has colormaps and heatmaps over images.
"""
