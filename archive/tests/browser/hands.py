"""Two pairs of hands for the journeys: one has a mouse or a finger, the other nothing but a keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

MOST_TABS = 150

# A browser on a busy machine forgets that somebody pressed a key before it could open its window.
MOST_TRIES = 10
HERE = "(node) => node === document.activeElement"


class Pointer:
    """Presses with a mouse or a finger."""

    def press(self, target: Any) -> None:
        """Press a link or a button."""
        target.click()

    def write(self, target: Any, text: str) -> None:
        """Replace what stands in a field."""
        target.fill(text)

    def choose(self, target: Any, files: Sequence[Path]) -> None:
        """Choose files."""
        target.set_input_files(files)


class Keyboard:
    """Reaches everything with Tab and presses Enter."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def reach(self, target: Any) -> None:
        """Press Tab until the target has the focus. Raises AssertionError where Tab never comes there."""
        target.wait_for()
        for _ in range(MOST_TABS):
            if target.evaluate(HERE):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {target}.")

    def press(self, target: Any) -> None:
        """Go to a link or a button and press Enter."""
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Any, text: str) -> None:
        """Go to a field and type over what stands there."""
        self.reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, target: Any, files: Sequence[Path]) -> None:
        """Go to a file field, open it with Enter, and choose."""
        self.reach(target)
        opened: list[Any] = []
        self.page.once("filechooser", lambda chooser: opened.append(chooser))
        for _ in range(MOST_TRIES):
            self.page.keyboard.press("Enter")
            self.page.wait_for_timeout(2000)
            if opened:
                return opened[0].set_files(files)
        raise AssertionError(f"Enter never opened {target}.")
