"""What is chosen in a list, told once. Gradio's list tells of a choice twice, and of its value whenever it loses the focus.

    choice = Choice(dropdown)
    choice.told(handler, [dropdown, course], outputs)      # handler gets None where nothing was chosen anew
    choice.empties([given, result])                        # boxes, emptied in the browser, at once

The value is remembered when the list gets the focus, so that what the server fills in meanwhile counts as no choice.
"""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

_NO_CHANGE = {"__type__": "update"}
_NUMBERS = count(1)
_REMEMBER = "(now) => {{ window.held = {{...window.held, {names}}}; }}"
_ONCE = (
    "(now, ...rest) => {{ const was = (window.held || {{}}).{name}; window.held = {{...window.held, {name}: now}}; {then} }}"
)


class Choice:
    """Follows a `gradio.Dropdown`. Call `told` and `empties` at most once each."""

    def __init__(self, dropdown: Any) -> None:
        self.dropdown = dropdown
        number = next(_NUMBERS)
        self._told, self._empties = f"told{number}", f"empties{number}"
        names = f"{self._told}: now, {self._empties}: now"
        dropdown.focus(None, dropdown, None, js=_REMEMBER.format(names=names), api_visibility="private")

    def told(self, handler: Callable[..., Any], inputs: list[Any], outputs: list[Any], **options: Any) -> None:
        """Call the handler with the choice, `inputs[0]`, and the other inputs; with None instead where it is as it was."""
        js = _ONCE.format(name=self._told, then="return [now === was ? null : now, ...rest];")
        self.dropdown.input(handler, inputs, outputs, js=js, **options)

    def empties(self, boxes: list[Any]) -> None:
        """Empty text boxes when something is chosen."""
        kept, emptied = json.dumps([_NO_CHANGE] * len(boxes)), json.dumps([""] * len(boxes))
        js = _ONCE.format(name=self._empties, then=f"return now === was ? {kept} : {emptied};")
        self.dropdown.input(None, self.dropdown, boxes, js=js, api_visibility="private")
