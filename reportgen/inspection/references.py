"""Every class and function that a configuration names, held against the allow-list."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from typing import Any

from reportgen.inspection import allowed
from reportgen.inspection.findings import FUNCTION, MODULES, TRUST, Findings, shown
from reportgen.inspection.owned import Owned
from reportgen.inspection.values import check_name, check_values
from reportgen.inspection.walking import Place, references


class References:
    """Notes each reference of a configuration that is not allowed.

    Args:
        owned: what the spec's owner vouches for.
        findings: where it is noted.
        unread: whether Keras never reads the configuration here, as that of a training. It may then
            name losses and the like that nobody but who trained the model has; what belongs to
            Python or to a library is refused all the same, as no honest file names it there.
    """

    def __init__(self, owned: Owned, findings: Findings, *, unread: bool = False) -> None:
        self.owned = owned
        self.findings = findings
        self.unread = unread

    def check(self, config: Any, key: str = "") -> None:
        """Look at a whole configuration; one that is not a model's stands under `key`."""
        for value, place in references(config, Place(key=key) if key else None):
            self._reference(value, place)

    def _reference(self, value: Mapping[str, Any], place: Place) -> None:
        name = value["class_name"]
        if not isinstance(name, str):
            self.findings.add(f"{place.subject} has a class whose name is not a text")
        elif name == "function":
            self._function(value, place)
        elif name not in allowed.VALUES:
            self._class(name, value, place)
            if not place.key:
                check_name(value, place, self.findings)

    def _class(self, name: str, value: Mapping[str, Any], place: Place) -> None:
        module, registered = value.get("module"), value.get("registered_name")
        if self.owned.has(module, name) or (self.unread and _is_private(module, name)):
            return
        names = allowed.UNNAMED if module is None else allowed.CLASSES.get(str(module), ())
        if name not in names:
            self._refuse(name, module, place)
        elif not self._same(registered, name):
            self._registered(registered, place)
        elif not place.key and name in allowed.LAYERS:
            check_values(name, value.get("config"), place, self.owned, self.findings)

    def _function(self, value: Mapping[str, Any], place: Place) -> None:
        name, module = value.get("config"), value.get("module")
        if not isinstance(name, str):
            self.findings.add(f"{place.holds} a function without a name")
        elif self.owned.has(module, name) or (self.unread and _is_private(module, name)):
            return
        elif name not in allowed.FUNCTIONS or module not in (None, *allowed.FUNCTION_MODULES):
            said = f"{place.holds} the function {shown(_dotted(module, name))}"
            self.findings.add(f"{said}, which is none of Keras' harmless ones", MODULES)
        elif not self._same(value.get("registered_name"), name, "function"):
            self._registered(value.get("registered_name"), place)

    def _same(self, registered: Any, *names: str) -> bool:
        if registered is None or registered in names:
            return True
        last = str(registered).rpartition(">")[2]
        return last in names or self.owned.has(None, last)

    def _registered(self, registered: Any, place: Place) -> None:
        text = f"{place.subject} is registered as {shown(registered)}, which is another name"
        self.findings.add(text, MODULES)

    def _refuse(self, name: str, module: Any, place: Place) -> None:
        reason = allowed.REASONS.get(name)
        if reason is None:
            self._unknown(name, module, place)
            return
        article = "a" if name[0] not in "AEFIO" else "an"
        label = "a lambda" if name == "__lambda__" else f"{article} {name}"
        self.findings.add(f"{place.holds} {label}, {reason}", f"{FUNCTION}; {TRUST}")

    def _unknown(self, name: str, module: Any, place: Place) -> None:
        said = f"{place.holds} of the class {shown(_dotted(module, name))}"
        if module is None and name in allowed.UNREADABLE:
            said += f", as the operation of keras.ops is, which Keras cannot read from {LEGACY}"
            hint = f"{self.findings.again}; {MODULES}"
            self.findings.add(said, hint)
            return
        self.findings.add(f"{said}, which is none of Keras' harmless ones", MODULES)


LEGACY = "an .h5 file"

_LIBRARIES = {*sys.stdlib_module_names, "keras", "tf_keras", "tensorflow", "numpy", "reportgen"}


def _is_private(module: Any, name: str) -> bool:
    """Whether a reference can only be to something of whoever saved the file."""
    if module in (None, "", "__main__", "builtins"):
        known = allowed.UNNAMED | allowed.FUNCTIONS | allowed.REASONS.keys() | set(dir(builtins))
        return name not in known
    return str(module).partition(".")[0] not in _LIBRARIES


def _dotted(module: Any, name: str) -> str:
    return f"{module}.{name}" if isinstance(module, str) and module else name
