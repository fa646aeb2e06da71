# How to read the lines below pictures.
listed = Below each image stand its likeliest classes with their probabilities.
missing = The output gives values, not probabilities of classes, so no likeliest class is listed.
# The caption of a table.
table = The likeliest classes of each image, with their probabilities.
