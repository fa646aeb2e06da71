"""What each method of this figure does, for pages that explain their methods."""

EXPLANATION = (
    (
        "grad_cam",
        "Grad-CAM weighs each feature map of a convolution by how much the score of a class rises "
        "with it, which is the gradient's mean over the map, adds the maps up and keeps what is "
        "positive. The sum says, at the resolution of the maps, where the evidence for the class "
        "lies (Selvaraju et al., ICCV 2017, arXiv 1610.02391).",
    ),
    (
        "grad_cam_plus_plus",
        "Grad-CAM++ weighs a feature map by its positive gradients only, each scaled by a share "
        "that is smaller the larger the map's activation is as a whole. So things of a class that "
        "take up little room count like large ones, which Grad-CAM prefers (Chattopadhay et al., "
        "WACV 2018, arXiv 1710.11063).",
    ),
    (
        "layer_cam",
        "LayerCAM weighs every position of a feature map by its own gradient, where that is "
        "positive, and adds the maps up. As nothing is averaged over the map, fine detail stays, "
        "at early layers too (Jiang et al., IEEE Transactions on Image Processing 2021).",
    ),
    (
        "hires_cam",
        "HiResCAM multiplies each feature map with its gradient position by position, adds the "
        "products up and keeps what is positive. Where a single linear layer follows the maps, "
        "the sum over positions is what they add to the score (Draelos and Carin, 2020, arXiv "
        "2011.08891).",
    ),
    (
        "xgrad_cam",
        "XGrad-CAM weighs each feature map by the mean of its gradient, in which every position "
        "counts by its share of the map's activation. The weights come from two axioms: that "
        "leaving a map out changes the score by what it adds to the heatmap, and that all of them "
        "add up to the score (Fu et al., BMVC 2020, arXiv 2008.02312).",
    ),
    (
        "score_cam",
        "Score-CAM shows the network the image through each feature map in turn, enlarged and "
        "scaled to 0..1, and weighs the map by the score that the class gets then, after a softmax "
        "over the maps. It needs no gradient (Wang et al., CVPR Workshops 2020, arXiv 1910.01279).",
    ),
)
