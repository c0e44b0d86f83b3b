"""JSON read safely, with sentences for what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

from archive.formats.base import ParseError
from archive.text.encoding import UndecodableText, decode


def load(data: bytes, kind: str) -> Any:
    """Return what the JSON says. Raises ParseError with the line where it breaks."""
    try:
        return json.loads(data)
    except UnicodeDecodeError:
        pass
    except (ValueError, RecursionError) as error:
        raise ParseError(sentence(error, kind), mend="Export it again; the file may have been cut off.") from error
    try:
        return json.loads(decode(data))
    except (UndecodableText, ValueError, RecursionError) as error:
        raise ParseError(sentence(error, kind), mend="Save it as UTF-8 and try again.") from error


def sentence(error: Exception, kind: str) -> str:
    """Return what a person should know about an error of the JSON reader."""
    if isinstance(error, RecursionError):
        return f"The {kind} file nests too deep."
    if isinstance(error, json.JSONDecodeError):
        return f"The {kind} file is not JSON from line {error.lineno}, column {error.colno} on: {error.msg}."
    return f"The {kind} file is not JSON: {str(error).rstrip('.')[:120]}."
