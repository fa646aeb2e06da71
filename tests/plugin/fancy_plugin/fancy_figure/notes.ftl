# How many weights the model has.
weights = It has { $weights } fancy weights.
