# Terms for the catalogs of all rules. A sentence quotes a term as { -name }.

-undecided = The interval includes the threshold, or too little was measured.

# The output that a sentence judges, $value; a report that has no other does not name it.
the-model = { $place ->
    [only] the model
    [model] { $value_model }
    [output] output { $value_at }
   *[both] output { $value_at } of { $value_model }
}
The-model = { $place ->
    [only] The model
    [model] { $value_model }
    [output] Output { $value_at }
   *[both] Output { $value_at } of { $value_model }
}
# Why nothing that a model shows can have been learned.
not-learned = { $cause ->
    [random] its weights were never trained
   *[chance] its answers are no better than one constant answer
}
# A cell of a table: whether the claim holds for an output.
answer = { $judged ->
    [above] holds
    [below] fails
   *[open] undecided
}
