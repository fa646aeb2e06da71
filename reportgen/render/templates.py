"""The templates' texts, with the digests that they had when they were read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jinja2 import BaseLoader, Environment, TemplateNotFound

from reportgen.digest import of_bytes
from reportgen.files import read_regular
from reportgen.render import TEMPLATES

_read: dict[str, str] = {}


def text(name: str) -> str:
    """The text of a template file, as it is now."""
    data = read_regular(TEMPLATES / name)
    _read[name] = of_bytes(data)
    return data.decode()


def used() -> Mapping[str, str]:
    """The digest of each template file when it was last read."""
    return dict(_read)


class Loader(BaseLoader):
    """Gives Jinja2 the templates; a compiled one counts as long as the text is the same."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """A template's text and file, and whether the text is still the same."""
        try:
            source = text(template)
        except OSError:
            raise TemplateNotFound(template) from None
        return source, str(TEMPLATES / template), lambda: text(template) == source
