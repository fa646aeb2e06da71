curves = Loss and accuracy over { $epochs ->
    [one] one epoch
   *[other] { $epochs } epochs
}{ $outputs ->
    [many] , a color for each output
   *[one] {""}
}.
# How the lines are to be read.
encoding = Solid lines are training, a mean over the epoch while weights change; dashed lines are validation, after the epoch.
# One course of the alternative text: $from and $to are values after the first and the last epoch.
course = { $metric } of { $output } from { $from } to { $to } in { $split }
alt = Line charts over { $epochs ->
    [one] one epoch
   *[other] { $epochs } epochs
}: { $courses }.
log = The training log: loss and accuracy in training and validation{ $steps ->
    [0] .
    [one] ; one step an epoch.
   *[other] ; { $steps } steps an epoch.
}
log-encoding = Values of the training are means over the epoch while weights change; those of the validation are taken after it.
times = Times are those of the training of this report; they differ from run to run, all other numbers of this page do not.
total = { $minutes ->
    [0] All epochs: { $seconds } s
   *[other] All epochs: { $minutes } min { $seconds } s
}
