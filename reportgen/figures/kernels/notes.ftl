# Likeness of neighboring weights, Moran's I: 1 for smooth kernels, about 0 for noise.
# $fresh: of kernels drawn anew.
smoothness = { $judged ->
    [slightly] Kernels of { $layer } are slightly smoother than fresh ones: Moran's I is { $smooth }, against { $fresh }.
    [above] Kernels of { $layer } are smoother than fresh ones: Moran's I is { $smooth }, against { $fresh }.
    [below] Kernels of { $layer } are rougher than fresh ones: Moran's I is { $smooth }, against { $fresh }.
    [few] Moran's I of the kernels of { $layer } is { $smooth }, against { $fresh } of fresh ones; too few filters to judge.
   *[open] Kernels of { $layer } are not clearly smoother than fresh ones: Moran's I is { $smooth }, against { $fresh }.
}
    .layer = Layer
    .smooth = Moran's I
    .fresh = Of fresh kernels

# The share of the filters' energy that answers to color rather than to brightness.
color = { $judged ->
    [above] Filters of { $layer } weigh color more than fresh ones: { PERCENT($color) } of their energy, against { PERCENT($color_baseline) }.
    [below] Filters of { $layer } weigh brightness more than fresh ones: color has { PERCENT($color) } of their energy, against { PERCENT($color_baseline) }.
    [few] Color has { PERCENT($color) } of the energy of the filters of { $layer }; too few filters to compare with fresh ones.
   *[open] Filters of { $layer } weigh color as fresh ones do: color has { PERCENT($color) } of their energy, against { PERCENT($color_baseline) }.
}
