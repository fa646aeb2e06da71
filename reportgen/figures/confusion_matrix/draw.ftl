# $right of $n images lie on the diagonal.
matrix = { $outputs ->
    [one] Confusion matrix on { $images }
   *[many] Confusion matrix of output { $output } on { $images }
}, { $right } of them on the diagonal.
encoding = Rows are true classes, columns predicted ones. Each cell shows { $normalize ->
    [none] the number of images
    [true] the share of the true class: rows sum to 100%, but for empty classes
   *[predicted] the share of the predicted class: columns sum to 100%, but for classes never predicted
}{ $scale ->
    [roots] , on a scale of square roots, so that rare mistakes can be seen
   *[plain] {""}
}.
alt = Heatmap of { $classes } by { $classes } classes; { $most ->
    [none] all images lie on the diagonal
   *[some] the largest cell off the diagonal is { $true } predicted as { $said }, { $count }
}.
images = { $n ->
    [one] one { $split } image
   *[other] { $n } { $split } images
}
count = { $n ->
    [one] one image
   *[other] { $n } images
}
pairs = The most frequent mistakes among { $wrong } wrong { $single ->
    [yes] answer
   *[no] answers
}{ $outputs ->
    [one] {""}
   *[many] { " " }of output { $output }
}.
