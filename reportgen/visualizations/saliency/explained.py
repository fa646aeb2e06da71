"""What each method of this figure does, for pages that explain their methods."""

EXPLANATION = (
    (
        "gradient",
        "A gradient map holds, for every pixel, how fast the score of a class changes with it. It "
        "says to which pixels the score is sensitive at this very image, and is noisy (Simonyan, "
        "Vedaldi and Zisserman, 2013, arXiv 1312.6034).",
    ),
    (
        "smoothgrad",
        "SmoothGrad averages the gradient over copies of the image with random noise. What changes "
        "from copy to copy cancels out, and the map becomes smoother (Smilkov et al., 2017, arXiv "
        "1706.03825).",
    ),
    (
        "integrated_gradients",
        "Integrated gradients average the gradient over the straight way from a baseline image to "
        "this one and multiply the mean with the difference between the two. The map adds up to "
        "the difference of the two scores (Sundararajan, Taly and Yan, ICML 2017, arXiv "
        "1703.01365).",
    ),
    (
        "input_x_gradient",
        "Input times gradient multiplies every pixel with its gradient. In a linear network the "
        "product is what the pixel adds to the score (Shrikumar et al., 2016, arXiv 1605.01713).",
    ),
    (
        "guided_backpropagation",
        "Guided backpropagation takes the gradient, but at every ReLU hands down only what is "
        "positive and only where the ReLU let its input pass. The maps are sharp, and follow the "
        "image's edges more than the class (Springenberg et al., 2014, arXiv 1412.6806; on the "
        "limit: Adebayo et al., 2018, arXiv 1810.03292).",
    ),
)
