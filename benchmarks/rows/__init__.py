"""The rows of the table, by name: where each one is written."""

ROWS = {
    "grad_cam_small": "maps",
    "grad_cam_vgg16": "maps",
    "feature_maps": "maps",
    "score_cam": "maps",
    "maximization_small": "ascents",
    "maximization_vgg16": "ascents",
    "smoothgrad": "ascents",
    "evidence": "evidence",
    "drawing": "drawing",
    "drawing_small": "drawing",
    "drawing_page": "drawing",
    "notebook": "notebook",
    "unchanged": "unchanged",
    "loading_functional": "loading",
    "loading_sequential": "loading",
}
