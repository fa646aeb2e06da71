"""Pictures from arrays as small palette PNG files, the same bytes for the same arrays.

`mosaic` and `sheet` draw images; `charts` draws lines, bars, histograms and matrices; `scatter` and
`scatter_3d` draw points of classes; `canvas` draws boxes and arrows. `axes` provides the house
style for your own charts; `colors` provides colormaps and overlays.
"""
