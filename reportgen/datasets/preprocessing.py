"""Preprocessing: the affine map from stored pixels to a model's input, as a spec asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Parameter
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.records import Preprocessing
from reportgen.types import Params

SCALINGS = {
    "0..1": (1 / 255, 0.0, "pixel values divided by 255"),
    "-1..1": (1 / 127.5, -1.0, "pixel values divided by 127.5, minus 1"),
    "0..255": (1.0, 0.0, "pixel values as they are, 0 to 255"),
}
"""Scale, offset and wording of each choice of `scaling`."""
USUAL = "0..1"
"""The scaling where neither a spec nor a model settles it."""

IMAGENET_BGR = (103.939, 116.779, 123.68)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
_FAMILIES = {
    "bgr": "ResNet101 ResNet152 ResNet50 VGG16 VGG19",
    "signed": "InceptionResNetV2 InceptionV3 MobileNet MobileNetV2 NASNetLarge NASNetMobile "
    "ResNet101V2 ResNet152V2 ResNet50V2 Xception",
    "standard": "DenseNet121 DenseNet169 DenseNet201",
    "none": "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge "
    "EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 "
    "EfficientNetB6 EfficientNetB7 EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 "
    "EfficientNetV2B3 EfficientNetV2L EfficientNetV2M EfficientNetV2S MobileNetV3Large "
    "MobileNetV3Small",
}
APPLICATIONS = {name: family for family, names in _FAMILIES.items() for name in names.split()}
"""Networks of keras.applications, by the kind of their `preprocess_input`."""

PARAMETERS = (
    Parameter(
        name="scaling",
        kind="str",
        default=None,
        help="the range that pixel values are brought to; null: 0..255 for a model that rescales "
        "bytes itself, -1..1 for one that shifts these, what the ImageNet weights of an "
        "application demand, else 0..1",
        choices=tuple(SCALINGS),
        optional=True,
    ),
    Parameter(
        name="mean",
        kind="numbers",
        default=None,
        help="subtracted after scaling: one number, or one for each channel",
        optional=True,
    ),
    Parameter(
        name="std",
        kind="numbers",
        default=None,
        help="divided by after subtracting `mean`: one number, or one for each channel",
        minimum=1e-6,
        optional=True,
    ),
    Parameter(
        name="application",
        kind="str",
        default=None,
        help="prepare as this network of keras.applications demands, such as VGG16; instead of "
        "`scaling`, `mean` and `std`",
        choices=tuple(sorted(APPLICATIONS)),
        optional=True,
    ),
)


def preprocessing(params: Params, channels: int) -> Preprocessing:
    """The preprocessing that `scaling`, `mean` and `std`, or `application`, describe.

    Args:
        params: with the keys of `PARAMETERS`.
        channels: number of channels of the dataset's images.

    Raises:
        UserError: the parameters exclude each other or do not fit the number of channels.
    """
    check_combination(params)
    if params["application"] is None:
        return _scaling(params["scaling"] or USUAL, params["mean"], params["std"], channels)
    return _application(params["application"], channels)


def left_open(preprocessing: Preprocessing) -> bool:
    """Whether it is that of a dataset whose spec asks for none, which a model may settle."""
    return preprocessing == Preprocessing(*SCALINGS[USUAL])


def brought_to(scaling: str, text: str) -> Preprocessing:
    """The preprocessing for a model that expects a range; `text` says why, for readers."""
    scale, offset, words = SCALINGS[scaling]
    return Preprocessing(scale, offset, f"{words}; {text}")


def for_network(name: str, channels: int) -> Preprocessing | None:
    """What the ImageNet weights of a network of keras.applications demand; None if unknown."""
    known = name in APPLICATIONS and channels == 3
    return _application(name, channels) if known else None


def usual(channels: int) -> dict[str, Preprocessing]:
    """Preprocessings that models are often trained with, by the key of a spec for each."""
    scalings = {f"'scaling: {name}'": Preprocessing(*SCALINGS[name]) for name in SCALINGS}
    networks = {f"'application: {name}'": for_network(name, channels) for name in _EXAMPLES}
    return scalings | {key: value for key, value in networks.items() if value is not None}


_EXAMPLES = ("VGG16", "DenseNet121")
"""A network for each kind of preprocessing that `scaling` has no name for."""


def check_combination(params: Params) -> None:
    """Raise UserError for an `application` together with `scaling`, `mean` or `std`."""
    own = params["scaling"] or params["mean"] or params["std"]
    if params["application"] and own:
        message = "'application' brings its own scaling, and the dataset gives another besides"
        raise UserError(Problem(message, hint="remove scaling, mean and std, or application"))


def _scaling(
    scaling: str, mean: Sequence[float] | None, std: Sequence[float] | None, channels: int
) -> Preprocessing:
    scale, offset, text = SCALINGS[scaling]
    if mean:
        text += f", minus {_listed(mean)}"
    if std:
        text += f", divided by {_listed(std)}"
    means = _per_channel("mean", mean or (0.0,), channels)
    stds = _per_channel("std", std or (1.0,), channels)
    count = max(len(means), len(stds))
    pairs = [(means[k % len(means)], stds[k % len(stds)]) for k in range(count)]
    scales = tuple(scale / std for _, std in pairs)
    offsets = tuple((offset - mean) / std for mean, std in pairs)
    if count == 1:
        return Preprocessing(scales[0], offsets[0], text)
    return Preprocessing(scales, offsets, f"{text}, each number for one channel")


def _per_channel(name: str, values: Sequence[float], channels: int) -> tuple[float, ...]:
    if len(values) not in (1, channels):
        message = f"'{name}' has {len(values)} numbers, but the images have {channels} channels"
        raise UserError(Problem(message, hint=f"give one number, or {channels}"))
    return tuple(values)


def _application(name: str, channels: int) -> Preprocessing:
    family = APPLICATIONS.get(name)
    if family is None:
        message = f"keras.applications has no network named '{name}'"
        raise UserError(Problem(message, hint=did_you_mean(name, sorted(APPLICATIONS))))
    if channels != 3:
        message = f"{name} takes images of 3 channels, but the dataset's have {channels}"
        raise UserError(Problem(message, hint="write color: rgb, or bring images in color"))
    prefix = f"as {name} demands: "
    if family == "bgr":
        text = f"channels in the order blue, green, red; minus {_listed(IMAGENET_BGR)}"
        return Preprocessing(1.0, tuple(-mean for mean in IMAGENET_BGR), prefix + text, (2, 1, 0))
    if family == "standard":
        scaled = _scaling(USUAL, IMAGENET_MEAN, IMAGENET_STD, channels)
    else:
        scaled = _scaling("-1..1" if family == "signed" else "0..255", None, None, channels)
    return Preprocessing(scaled.scale, scaled.offset, prefix + scaled.text)


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
