evaluation = Accuracy and loss for each split{ $outputs ->
    [many] { " " }and output
   *[one] {""}
}.
# What the columns mean.
encoding = Accuracy is the share of images classified correctly, with Wilson's 95% interval; beside it stands the accuracy of always naming the most frequent class.
