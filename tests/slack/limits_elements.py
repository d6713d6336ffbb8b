"""Limits of what stands inside blocks: text objects, buttons, menus, inputs, rich text."""

from dataclasses import dataclass, field
from typing import Any

Payload = dict[str, Any]

MENUS = {
    "static_select", "multi_static_select", "external_select", "multi_external_select",
    "conversations_select", "multi_conversations_select", "channels_select",
    "multi_channels_select", "users_select", "multi_users_select", "overflow", "radio_buttons",
    "checkboxes",
}  # fmt: skip
OTHERS = {
    "datepicker", "timepicker", "datetimepicker", "plain_text_input", "email_text_input",
    "url_text_input", "number_input", "file_input", "rich_text_input",
}  # fmt: skip
INLINE = {"text", "link", "user", "channel", "emoji", "usergroup", "broadcast", "date", "color"}
HOLDERS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list"}
STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight"}


@dataclass
class Wrong:
    """Collects what is wrong, each with its place."""

    found: list[str] = field(default_factory=list)

    def __call__(self, where: str, words: str) -> None:
        self.found.append(f"{where}: {words}")


def text(value: Any, where: str, most: int, wrong: Wrong, *, plain: bool = False) -> None:
    """A text object of 1 to `most` characters."""
    if not isinstance(value, dict) or value.get("type") not in {"plain_text", "mrkdwn"}:
        wrong(where, "no text object")
        return
    if plain and value["type"] != "plain_text":
        wrong(where, "must be plain_text")
    if not isinstance(value.get("text"), str) or not value["text"].strip():
        wrong(where, "text is empty or no string")
    elif len(value["text"]) > most:
        wrong(where, f"{len(value['text'])} characters, at most {most}")
    allowed = {"type", "text"} | ({"emoji"} if value["type"] == "plain_text" else {"verbatim"})
    if set(value) - allowed:
        wrong(where, f"unknown keys {sorted(set(value) - allowed)}")


def element(value: Any, where: str, wrong: Wrong) -> None:
    """A button, menu, input or image."""
    kind = value.get("type") if isinstance(value, dict) else None
    where = f"{where} {kind}"
    if len(value.get("action_id") or "") > 255:
        wrong(where, "action_id over 255 characters")
    if kind == "button":
        button(value, where, wrong)
    elif kind == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            button(value.get(name) or {}, f"{where}.{name}", wrong, feedback=True)
    elif kind == "icon_button":
        if value.get("icon") != "trash":
            wrong(where, "the only icon is trash")
        text(value.get("text"), where, 75, wrong, plain=True)
    elif kind == "image":
        image(value, where, wrong)
    elif kind in MENUS:
        menu(value, where, wrong)
    elif kind in OTHERS:
        field_of(value, where, wrong)
    else:
        wrong(where, "unknown element")
    if isinstance(value.get("confirm"), dict):
        confirm(value["confirm"], where, wrong)


def button(value: Payload, where: str, wrong: Wrong, *, feedback: bool = False) -> None:
    text(value.get("text"), where, 75, wrong, plain=True)
    if len(value.get("value") or "") > 2000 or (feedback and not value.get("value")):
        wrong(where, "value is missing or over 2000 characters")
    if len(value.get("url") or "") > 3000:
        wrong(where, "url over 3000 characters")
    if not feedback and value.get("style") not in {None, "primary", "danger"}:
        wrong(where, f"style {value['style']!r}")
    if len(value.get("accessibility_label") or "") > 75:
        wrong(where, "accessibility_label over 75 characters")


def confirm(value: Payload, where: str, wrong: Wrong) -> None:
    text(value.get("title"), f"{where}.confirm.title", 100, wrong, plain=True)
    text(value.get("text"), f"{where}.confirm.text", 300, wrong)
    for name in ("confirm", "deny"):
        text(value.get(name), f"{where}.confirm.{name}", 30, wrong, plain=True)


def image(value: Payload, where: str, wrong: Wrong) -> None:
    if not value.get("image_url") and not value.get("slack_file"):
        wrong(where, "no image_url")
    if len(value.get("image_url") or "") > 3000:
        wrong(where, "image_url over 3000 characters")
    if not 1 <= len(value.get("alt_text") or "") <= 2000:
        wrong(where, "alt_text is missing or over 2000 characters")


def menu(value: Payload, where: str, wrong: Wrong) -> None:
    kind = value["type"]
    if value.get("placeholder"):
        text(value["placeholder"], f"{where}.placeholder", 150, wrong, plain=True)
    static = {"static_select", "multi_static_select", "overflow", "radio_buttons", "checkboxes"}
    if kind not in static:
        return
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(kind, 100)
    if value.get("option_groups"):
        option_groups(value["option_groups"], where, wrong)
    else:
        options(value.get("options"), where, most, wrong)
    chosen = value.get("initial_options") or [value.get("initial_option")]
    everything = value.get("options") or [
        one for group in value.get("option_groups") or [] for one in group.get("options") or []
    ]
    for one in chosen:
        if one is not None and one not in everything:
            wrong(where, "an initial option is not among the options")


def options(value: Any, where: str, most: int, wrong: Wrong) -> None:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        wrong(where, f"needs 1 to {most} options")
        return
    for number, one in enumerate(value):
        text(one.get("text"), f"{where}.options[{number}]", 75, wrong)
        if not 1 <= len(one.get("value") or "") <= 150:
            wrong(f"{where}.options[{number}]", "value is missing or over 150 characters")
        if one.get("description"):
            text(one["description"], f"{where}.options[{number}].description", 75, wrong)


def option_groups(value: list[Payload], where: str, wrong: Wrong) -> None:
    if len(value) > 100:
        wrong(where, "over 100 groups of options")
    for group in value:
        text(group.get("label"), f"{where}.label", 75, wrong, plain=True)
        options(group.get("options"), where, 100, wrong)


def field_of(value: Payload, where: str, wrong: Wrong) -> None:
    """An input of a modal."""
    if value.get("placeholder"):
        text(value["placeholder"], f"{where}.placeholder", 150, wrong, plain=True)
    if value["type"] == "plain_text_input":
        longest, first = value.get("max_length", 3000), value.get("initial_value") or ""
        if not 1 <= longest <= 3000 or len(first) > longest:
            wrong(where, "max_length or initial_value over 3000")
    if value["type"] == "file_input" and not 1 <= value.get("max_files", 10) <= 10:
        wrong(where, "max_files is 1 to 10")


def rich_text(block: Payload, where: str, wrong: Wrong) -> None:
    """A rich_text block."""
    if not block.get("elements"):
        wrong(where, "no elements")
    for one in block.get("elements") or []:
        kind = one.get("type")
        if kind not in HOLDERS:
            wrong(where, f"{kind!r} may not stand here")
            continue
        if kind == "rich_text_list":
            if one.get("style") not in {"bullet", "ordered"}:
                wrong(where, "a list needs style bullet or ordered")
            if any(row.get("type") != "rich_text_section" for row in one.get("elements") or []):
                wrong(where, "a list holds sections only")
        parts = one.get("elements") or []
        rows = parts if kind == "rich_text_list" else [one]
        for row in rows:
            _inlines(row.get("elements") or [], where, wrong)


def _inlines(parts: list[Payload], where: str, wrong: Wrong) -> None:
    if not parts:
        wrong(where, "an empty section")
    for part in parts:
        kind = part.get("type")
        if kind not in INLINE:
            wrong(where, f"{kind!r} in rich text")
        if kind == "text" and not part.get("text"):
            wrong(where, "an empty text in rich text")
        if kind == "link" and not part.get("url"):
            wrong(where, "a link without url")
        style = part.get("style")
        if style is not None and (not isinstance(style, dict) or set(style) - STYLES):
            wrong(where, f"style {style!r}")
