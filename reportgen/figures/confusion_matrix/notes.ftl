# The most frequent pair of a true class and a wrong answer, and its share of all wrong answers.
mistakes = { $outputs ->
    [one] The most
   *[many] { $output }: the most
} frequent mistake is to answer { $said } for { $true }: { PERCENT($share) } of all mistakes{ $judged ->
    [above] {""}
    [few] ; these are too few to call it typical
   *[open] , no more than an even spread allows
}.

# The class with the smallest share of correct answers.
worst = { $outputs ->
    [one] { $class }
   *[many] { $output }: { $class }
} has the lowest recall: { PERCENT($recall) } of its images are classified correctly.

# Classes with the same lowest recall.
tied = { $outputs ->
    [one] Several
   *[many] { $output }: several
} classes share the lowest recall, { PERCENT($recall) }: { $classes }{ $more ->
    [yes] , and others
   *[no] {""}
}.

perfect = { $outputs ->
    [one] All
   *[many] { $output }: all
} { $accuracy_n } images are classified correctly, so no classes are confused.
