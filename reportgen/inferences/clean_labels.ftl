claim = Labels agree with the most confident answers.

# $value: of the most confident quarter of the answers, the share that differs from the label.
# $value_baseline: the same of all answers. $suspect: of all confident answers, the share that
# confident learning puts into another class than the label.
above = { $several ->
    [yes] Labels look clean: of the quarter of answers that each output is most confident of, at most { PERCENT($value) } differ from the label.
   *[no] Labels look clean: of the quarter of answers that { the-model } is most confident of, { PERCENT($value) } differ from the label.
}
train = Training labels are in doubt: { the-model } contradicts { PERCENT($value) } of them where it is most confident, and confident learning suspects { PERCENT($suspect) }.
test = Test labels are in doubt: { the-model } contradicts { PERCENT($value) } of them where it is most confident, and confident learning suspects { PERCENT($suspect) }.
hard = Hard images may explain why { the-model } contradicts labels: { PERCENT($value) } where it is most confident, but { PERCENT($value_baseline) } of all.
unskilled = { The-model } cannot judge labels, though it contradicts { PERCENT($value) } where it is most confident: it is not known to find enough classes itself.
open = It cannot be told whether labels are clean: { the-model } contradicts { PERCENT($value) } of them where it is most confident, not clearly more or less than one in fifty.
unlearned = The most confident answers of { the-model } agree with labels, but it cannot judge them: { not-learned }.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .split = Images
    .confident = Differing labels, most confident answers
    .all = Differing labels, all answers
    .suspect = Suspected by confident learning
