"""Every class, function, name and size of a configuration, held against what Keras' layers take."""

from __future__ import annotations

import builtins
import re
import unicodedata

from reportgen.libraries import is_library
from reportgen.models.trust import allowlist, limits
from reportgen.models.trust.configuration import Part, parts
from reportgen.models.trust.findings import DEFINE, FUNCTION, MODULES, TRUST, Findings, shown
from reportgen.models.trust.owned import Owned
from reportgen.types import Json

_ANONYMOUS = (None, "", "__main__", "builtins")
"""Modules under which a file refers to a class or function of whoever saved it."""


class References:
    """Notes each reference of a configuration that is not allowed.

    Args:
        owned: what the spec's owner vouches for.
        findings: where it is noted.
        unread: whether Keras never reads the configuration here, such as that of a training. It may
            then name losses and the like that only whoever trained the model has. What belongs to
            Python or to a library is refused all the same: no honest file names it there.
    """

    def __init__(self, owned: Owned, findings: Findings, *, unread: bool = False) -> None:
        self.owned, self.findings, self.unread = owned, findings, unread

    def check(self, config: Json, key: str = "") -> None:
        """Check a whole configuration; one that is not a model's stands under `key`."""
        for part in parts(config, key):
            name = part.value["class_name"]
            if not isinstance(name, str):
                self.findings.add(f"{part.subject} has a class whose name is not a text")
            elif name == "function":
                self._check_function(part)
            elif name not in allowlist.VALUES:
                self._check_class(name, part)
                if not part.key:
                    _check_name(part, self.findings)

    def _check_class(self, name: str, part: Part) -> None:
        module = part.value.get("module")
        if self._is_own(module, name):
            return
        names = allowlist.UNNAMED if module is None else allowlist.CLASSES.get(str(module), ())
        if name not in names:
            self._refuse(name, module, part)
        elif self._is_registered(part, name) and not part.key and name in allowlist.LAYERS:
            _check_arguments(name, part, self.owned, self.findings)

    def _check_function(self, part: Part) -> None:
        name, module = part.value.get("config"), part.value.get("module")
        if not isinstance(name, str):
            self.findings.add(f"{part.holds} a function without a name")
        elif self._is_own(module, name):
            return
        elif name not in allowlist.FUNCTIONS or module not in (None, *allowlist.FUNCTION_MODULES):
            said = f"{part.holds} the function {shown(_dotted(module, name))}"
            self._refuse_other(said, module, name)
        else:
            self._is_registered(part, name, "function")

    def _is_own(self, module: Json, name: str) -> bool:
        return self.owned.has(module, name) or (self.unread and _is_private(module, name))

    def _is_registered(self, part: Part, *names: str) -> bool:
        """Whether a reference is registered under its own name, which is noted otherwise."""
        registered = part.value.get("registered_name")
        last = str(registered).rpartition(">")[2]
        if registered in (None, *names) or last in names or self.owned.has(None, last):
            return True
        text = f"{part.subject} is registered as {shown(registered)}, which is another name"
        self.findings.add(text, MODULES)
        return False

    def _refuse(self, name: str, module: Json, part: Part) -> None:
        reason = allowlist.REASONS.get(name)
        if reason is not None:
            article = "a" if name[0] not in "AEFIO" else "an"
            label = "a lambda" if name == "__lambda__" else f"{article} {name}"
            self.findings.add(f"{part.holds} {label}, {reason}", f"{FUNCTION}; {TRUST}")
            return
        said = f"{part.holds} of the class {shown(_dotted(module, name))}"
        if module is None and name in allowlist.UNREADABLE:
            said += ", as the operation of keras.ops is, which Keras cannot read from an .h5 file"
            self.findings.add(said, f"{self.findings.again}; {MODULES}")
            return
        self._refuse_other(said, module, name)

    def _refuse_other(self, said: str, module: Json, name: str) -> None:
        if module is not None and self.owned.declares(module):
            self.findings.add(f"{said}, which this module does not define", DEFINE)
            return
        # A library is nobody's own, so that declaring it would not help.
        hint = MODULES if _is_private(module, name) else f"{FUNCTION}; {TRUST}"
        self.findings.add(f"{said}, which is none of Keras' harmless ones", hint)


def _is_private(module: Json, name: str) -> bool:
    """Whether a reference can only be to something of whoever saved the file."""
    if module in _ANONYMOUS:
        known = allowlist.UNNAMED | allowlist.FUNCTIONS | allowlist.REASONS.keys()
        return name not in known | set(dir(builtins))
    return not is_library(str(module))


def _dotted(module: Json, name: str) -> str:
    return f"{module}.{name}" if isinstance(module, str) and module else name


def _check_name(part: Part, findings: Findings) -> None:
    """Note a layer's name that Keras or a page cannot take; every class has the same rule."""
    for name in (part.value.get("name"), part.config.get("name")):
        wrong = "" if name is None else _wrong_name(name)
        if wrong:
            findings.add(f"{part.subject} {wrong}", "name it otherwise and save the model again")
            return


def _wrong_name(name: Json) -> str:
    if not isinstance(name, str):
        return f"has as 'name' {_quoted(name)}, which is no text"
    if len(name) > limits.NAME:
        length = limits.readable_count(len(name))
        return f"has a name of {length} characters, and {limits.NAME} is the most"
    if "/" in name:
        return "has a '/' in its name, where Keras takes none"
    # A surrogate without its other half can be written to no file.
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        return "has a control character in its name"
    return ""


_UNITS = ("units", "filters", "depth_multiplier", "groups", "input_dim", "output_dim", "n",
          "num_heads", "key_dim")  # fmt: skip
_SIDES = ("kernel_size", "strides", "pool_size", "dilation_rate", "size", "height", "width")
_SIZES = (*_UNITS, *_SIDES)
"""Keys of Keras' own layers for sizes; some have a number for each side of the image."""


def _check_arguments(kind: str, part: Part, owned: Owned, findings: Findings) -> None:
    """Note names and sizes of one of Keras' own layers that Keras would refuse later."""
    for key, value in part.config.items():
        if value is None or isinstance(value, dict):
            continue
        holds = f"{Part(part.value, part.names, key).holds} {_quoted(value)}"
        what, names = _NAMES.get(key.rpartition("_")[2], ("", frozenset()))
        if what and isinstance(value, str):
            if not (value in names or owned.blind or owned.has(None, value)):
                findings.add(f"{holds}, which is no {what} of Keras", MODULES)
        elif key in _SIZES and (kind, key, value) != ("GroupNormalization", "groups", -1):
            if not _is_size(value, key):
                several = "whole numbers" if isinstance(value, list) else "a whole number"
                findings.add(f"{holds}, which must be {several} above 0")
        elif key == "target_shape" and not _is_target_shape(value):
            findings.add(f"{holds}, which must be whole numbers above 0, or one of them -1")


def _quoted(value: Json) -> str:
    return shown(value) if isinstance(value, str) else shown(value)[1:-1]


def _is_size(value: Json, key: str) -> bool:
    if isinstance(value, list):
        return key in _SIDES and all(_is_whole(side) and side > 0 for side in value)
    return _is_whole(value) and value > 0


def _is_target_shape(value: Json) -> bool:
    return (
        isinstance(value, list)
        and all(side is None or (_is_whole(side) and (side > 0 or side == -1)) for side in value)
        and value.count(-1) <= 1
    )


def _is_whole(value: Json) -> bool:
    return type(value) is int or (isinstance(value, float) and value.is_integer())


def _spellings(names: frozenset[str]) -> frozenset[str]:
    """Names of classes as they are, and as Keras writes them with underscores."""
    return names | {_snake_case(name) for name in names}


def _snake_case(name: str) -> str:
    inner = re.sub(r"\W+", "", name)
    inner = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", inner)
    return re.sub("([a-z])([A-Z])", r"\1_\2", inner).lower()


_NAMES: dict[str, tuple[str, frozenset[str]]] = {
    "activation": ("activation", allowlist.ACTIVATIONS),
    "initializer": (
        "initializer", _spellings(allowlist.INITIALIZERS) | {"normal", "one", "uniform", "zero"}
    ),
    "regularizer": ("regularizer", _spellings(allowlist.REGULARIZERS)),
    "constraint": ("constraint", _spellings(allowlist.CONSTRAINTS)),
}  # fmt: skip
"""By the last word of a key: what stands there, and the names that Keras takes for it."""
