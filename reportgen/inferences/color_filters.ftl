claim = Filters of color models are colored, their hues vary, and answers need the color.

# The three parts of the claim for the only model with color input.
only = The filters { $colored ->
    [above] are colored
    [below] are hardly colored
   *[open] may be colored
}, their hues { $varied ->
    [above] vary
    [below] hardly vary
   *[open] may vary
}, and { $needed ->
    [above] some output needs the color
    [below] no output needs the color
    [unmeasured] accuracy without color was not measured
   *[open] it is undecided whether an output needs the color
}.
# Models where all three parts hold.
models = { $case ->
    [both] All three hold in both models with color input.
    [all] All three hold in all { $models_n } models with color input.
    [none] All three clearly hold in none of { $models_n } models with color input{ $open ->
        [yes] ; some are undecided
       *[no] {""}
    }.
   *[some] All three hold in { $models } of { $models_n } models with color input{ $open ->
        [yes] ; others are undecided
       *[no] {""}
    }.
}
each = Each model in numbers; accuracy is that of the output that loses most.
    .model = Model
    .color = Color in the filters
    .fresh = With fresh weights
    .hues = Spread of hues
    .gray = Accuracy without color
    .full = With color
