claim = Shape decides the answers, not color.

# Accuracy on altered test images, and as baseline on the same images as they are. $blocks, $pixels:
# these exchange their places. $color: without color or with other hues, whichever is worse.
# $silhouette: object and ground in one color each. $worst: the least accurate of all alterations.
gray-data = { The-model } needs shape: with blocks of the image exchanged, { PERCENT($blocks) } are answered correctly, and { PERCENT($blocks_baseline) } as they are.
shape = Shape decides the answers of { the-model }, not color: { PERCENT($color) } are right with altered colors, and { PERCENT($blocks) } with blocks of the image exchanged.
silhouette = Shape is enough for { the-model }: { PERCENT($silhouette) } of silhouettes in two colors are answered correctly, and { PERCENT($silhouette_baseline) } of images as they are.
colors-only = Shape does not matter to { the-model }: with all pixels exchanged, { PERCENT($pixels) } are answered correctly, and { PERCENT($pixels_baseline) } as they are.
texture = { The-model } needs no overall shape: with blocks of the image exchanged, { PERCENT($blocks) } are answered correctly, and { PERCENT($blocks_baseline) } as they are.
both = { The-model } needs color and shape: { PERCENT($color) } are right with altered colors, and { PERCENT($blocks) } with blocks of the image exchanged.
color = { The-model } needs color: { PERCENT($color) } of images are answered correctly with altered colors, and { PERCENT($color_baseline) } with their own.
no-color = { The-model } needs no color, but it cannot be told whether shape decides: { PERCENT($color) } are right with altered colors, and { PERCENT($color_baseline) } with their own.
open = It cannot be told what the answers of { the-model } need: at worst, { PERCENT($worst) } of altered images are right, and { PERCENT($worst_baseline) } as they are.
# $value: the accuracy on all test images; its baseline: always naming the most frequent class.
unable = It cannot be told what { the-model } needs: its accuracy leaves little to lose, { PERCENT($value) } against { PERCENT($value_baseline) } by one constant answer.
unlearned = Shape seems to decide the answers of { the-model }, but that is no sign of learning: { not-learned }.
outputs = Each output in numbers.
    .model = Model
    .output = Output
    .claim = Claim
    .accuracy = Accuracy
    .color = Altered colors
    .blocks = Blocks exchanged
    .pixels = Pixels exchanged
    .silhouette = Silhouettes
