"""Convolution layers in numbers: shapes, reach, cost, weights, activations."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="layer_metrics",
    title="Convolution layers in numbers",
    help="shapes, receptive field, cost, weights and activations of each convolution layer",
    parameters=(
        Parameter("layers", "layers", "all", "convolution layers to list"),
        Parameter("measure_on", "int", 96, "test images to measure activations on", minimum=1),
    ),
    evidence=(
        ("conv_parameters", "weights and biases of the convolution layers listed"),
        ("multiply_adds", "multiplications with additions for one image, by layer and in all"),
        ("cost_share", "share of all those multiply-adds that the most expensive layer takes"),
        ("dead_filters", "filters whose weights are next to nothing, by layer"),
        ("redundant_filters", "share of filters that nearly repeat another, by layer"),
        ("mean_activation", "mean activation on test images, by layer"),
        ("active_share", "share of activations above zero on test images, by layer"),
        ("repeated_filters", "their number"),
        ("dead_channels", "channels that let nothing through on the test images, by layer"),
        ("nearly_dead_channels", "channels that hardly ever do, by layer"),
    ),
    explanation=(
        (
            "",
            "The receptive field of a unit is the part of the image that can reach it; a "
            "multiply-add is one weight used once at one position. Both follow from the layers' "
            "shapes alone (Araujo, Norris and Sim, Distill 2019), while dead and repeated filters "
            "are counted in the weights and on test images, after the normalization, addition "
            "and activation that follow their layer.",
        ),
    ),
)
