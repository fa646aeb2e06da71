claim = The model has weights.

# How many weights there are.
weights = There are { $n } weights, so says a fancy rule.
