claim = Every class is answered, and under its own name.

# Of $value_n classes with at least five images, $value are answered for no image at all.
above = { $several ->
    [yes] Every output answers each of its classes for some image, and none mostly as another.
   *[no] { $value_n ->
        [one] { The-model } answers the only class with enough images, and not mostly as another.
       *[other] { The-model } answers each of { $value_n } classes for some image, and none mostly as another.
    }
}
open = Answers of classes cannot be judged: the accuracy of { the-model } is not known to exceed that of one constant answer.
unlearned = { The-model } answers every class, but that is no sign of learning: { not-learned }.
# $first and $second: classes, mostly answered as the other one. $rate: that share of their images.
# $rate_baseline: the share that is answered correctly.
swapped = { The-model } swaps { $first } and { $second }: { PERCENT($rate) } of their images are answered as the other one, { PERCENT($rate_baseline) } correctly.
renamed = { The-model } answers most images of { $first } as { $second }: { PERCENT($rate) }, against { PERCENT($rate_baseline) } correctly.
# $first: a class with $never_n images that is never answered.
one = { The-model } never answers { $first }, the class of { $never_n ->
    [one] one image
   *[other] { $never_n } images
}.
several = { The-model } never answers { $value } of { $value_n } classes, among them { $first }.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .never = Classes never answered
    .accuracy = Accuracy
