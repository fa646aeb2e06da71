# Layers on the way to the input for which a deconvnet has no rule.
plain = { $plain ->
    [one] One layer on the way to the input has no rule in a deconvnet; the plain backward pass runs there.
   *[other] { $plain } layers on the way to the input have no rule in a deconvnet; the plain backward pass runs there.
}
