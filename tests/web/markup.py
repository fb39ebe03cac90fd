"""Whether an answer is a valid page that runs and fetches nothing but what is ours."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from html5lib import HTMLParser  # type: ignore[import-untyped]
from html5lib.constants import E  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

FETCHES = {
    "a": ("href", "ping"),
    "form": ("action",),
    "button": ("formaction",),
    "input": ("formaction", "src"),
    "link": ("href",),
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "iframe": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "use": ("href",),
    "image": ("href",),
}
REFERS = ("for", "form", "headers", "list", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details")
UNLABELLED = {"hidden", "submit", "reset", "button", "image"}
INTERACTIVE = {"a", "button", "select", "textarea", "input", "summary", "label"}
PHRASES = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "span",
    "small",
    "strong",
    "em",
    "b",
    "i",
    "label",
    "button",
    "abbr",
}
PHRASES |= {"cite", "code", "dfn", "kbd", "mark", "output", "q", "s", "samp", "sub", "sup", "time", "pre", "legend"}
"""May hold words and what stands among words, nothing that is a block."""
BLOCKS = {
    "div",
    "p",
    "ul",
    "ol",
    "dl",
    "table",
    "form",
    "section",
    "article",
    "aside",
    "nav",
    "header",
    "footer",
    "main",
}
BLOCKS |= {"fieldset", "details", "dialog", "figure", "blockquote", "hr", "address", "h1", "h2", "h3", "h4", "h5", "h6"}
CHILDREN = {
    "ul": {"li", "template"},
    "ol": {"li", "template"},
    "dl": {"dt", "dd", "div", "template"},
    "tr": {"th", "td", "template"},
    "select": {"option", "optgroup", "hr"},
    "menu": {"li"},
}
EVERYWHERE = {"id", "class", "lang", "dir", "hidden", "title", "tabindex", "role", "inert", "popover", "translate"}
EVERYWHERE |= {"autofocus", "draggable", "spellcheck", "inputmode", "enterkeyhint", "autocapitalize", "accesskey"}
KNOWN = {
    "html": "lang",
    "meta": "charset name content http-equiv",
    "link": "rel href type media sizes as",
    "script": "src defer async type integrity nomodule",
    "a": "href rel download target hreflang type",
    "form": "method action enctype novalidate autocomplete name target accept-charset",
    "input": "type name value checked required disabled readonly placeholder min max step minlength maxlength pattern "
    "size autocomplete multiple accept list form formaction formmethod formnovalidate capture alt src width height",
    "button": "type name value disabled form formaction formmethod formnovalidate popovertarget popovertargetaction "
    "command commandfor",
    "select": "name required disabled multiple size form autocomplete",
    "option": "value selected disabled label",
    "optgroup": "label disabled",
    "textarea": "name rows cols required disabled readonly placeholder minlength maxlength form autocomplete wrap",
    "label": "for",
    "fieldset": "disabled name form",
    "output": "for name form",
    "img": "src alt width height loading decoding srcset sizes",
    "time": "datetime",
    "data": "value",
    "td": "colspan rowspan headers",
    "th": "colspan rowspan headers scope abbr",
    "col": "span",
    "colgroup": "span",
    "ol": "start reversed type",
    "li": "value",
    "details": "open name",
    "dialog": "open closedby",
    "progress": "value max",
    "meter": "value min max low high optimum",
    "blockquote": "cite",
    "q": "cite",
    "del": "datetime cite",
    "ins": "datetime cite",
    "video": "src controls poster preload width height muted playsinline",
    "audio": "src controls preload",
    "source": "src type media srcset sizes",
    "track": "src kind srclang label default",
    "iframe": "src title sandbox width height loading allow",
}
_ADDRESS = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_FREE = ("tel:", "mailto:", "sms:")


def valid(text: str, *, others: tuple[str, ...] = ()) -> None:
    """The text is a valid page of ours.

    :param others: beginnings of addresses of other people's pages that it may link to.
    """
    assert faults(text, others=others) == []


def faults(text: str, *, others: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with a page."""
    parser = HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(text)
    wrong = [f"line {at[0]}: {E[code] % values}" for at, code, values in parser.errors]
    wrong += [*_ids(root), *_labels(root), *_nesting(root), *_running(root), *_head(root)]
    for element in _elements(root):
        wrong += [*_attributes(element), *_addresses(element, others)]
    return wrong


def _elements(root: Element) -> Iterator[Element]:
    return (one for one in root.iter() if not callable(one.tag))  # a comment has a function for a tag


def _name(element: Element) -> str:
    shown = "".join(
        f' {name}="{element.attrib[name]}"' for name in ("id", "name", "class", "href") if name in element.attrib
    )
    return f"<{element.tag}{shown}>"


def _ids(root: Element) -> Iterator[str]:
    """Every id stands once, and what is referred to is there."""
    ids = Counter(one.attrib["id"] for one in _elements(root) if "id" in one.attrib)
    yield from (f"id “{one}” stands {times} times" for one, times in ids.items() if times > 1)
    yield from (f"id “{one}” is no id" for one in ids if not one or re.search(r"\s", one))
    for element in _elements(root):
        for attribute in REFERS:
            for one in element.attrib.get(attribute, "").split():
                if one not in ids:
                    yield f"{attribute} of {_name(element)} refers to “{one}”, which is not there"


def _labels(root: Element) -> Iterator[str]:
    """Every control says what it is, every group of them too."""
    named = {one.attrib["for"] for one in root.iter("label") if "for" in one.attrib}
    within = {id(one) for label in root.iter("label") for one in label.iter()}
    for element in _elements(root):
        if element.tag not in {"input", "select", "textarea"} or element.attrib.get("type") in UNLABELLED:
            continue
        own = {"aria-label", "aria-labelledby"} & set(element.attrib)
        if not own and id(element) not in within and element.attrib.get("id") not in named:
            yield f"no label for {_name(element)}"
    for fieldset in root.iter("fieldset"):
        if not len(fieldset) or (
            fieldset[0].tag != "legend" and not {"aria-label", "aria-labelledby"} & set(fieldset.attrib)
        ):
            yield f"no legend for {_name(fieldset)}"


def _nesting(root: Element) -> Iterator[str]:
    """What may stand in what, as far as the parser does not say so itself."""
    for parent in _elements(root):
        for child in parent:
            if callable(child.tag):
                continue
            if parent.tag in PHRASES and child.tag in BLOCKS and not (parent.tag == "legend" and child.tag[0] == "h"):
                yield f"{_name(child)} in {_name(parent)}"
            if child.tag not in CHILDREN.get(parent.tag, {child.tag}):
                yield f"{_name(child)} in {_name(parent)}"
        if parent.tag in {"a", "button", "summary"}:
            inner = [one for one in _elements(parent) if one is not parent and one.tag in INTERACTIVE]
            yield from (
                f"{_name(one)} in {_name(parent)}" for one in inner if parent.tag != "summary" or one.tag == "label"
            )


def _running(root: Element) -> Iterator[str]:
    """Nothing that a strict policy would refuse: no script or style within the page."""
    for element in _elements(root):
        if element.tag == "style" or "style" in element.attrib:
            yield f"style within {_name(element)}"
        if element.tag == "script" and ("src" not in element.attrib or (element.text or "").strip()):
            yield "script within the page"
        yield from (f"{one} of {_name(element)}" for one in element.attrib if str(one).startswith("on"))


def _head(root: Element) -> Iterator[str]:
    title = root.find("./head/title")
    if title is None or not (title.text or "").strip():
        yield "no title"
    if root.attrib.get("lang") not in {"sv", "en"}:
        yield "no language"
    if root.find("./head/meta[@charset]") is None:
        yield "no charset"
    viewport = root.find("./head/meta[@name='viewport']")
    content = "" if viewport is None else viewport.attrib["content"]
    if "width=device-width" not in content or "scalable" in content or "maximum" in content:
        yield "no viewport that can be enlarged"


def _attributes(element: Element) -> Iterator[str]:
    """Attributes that exist. Drawings have their own."""
    if element.tag.startswith("{"):
        return
    known = EVERYWHERE | set(KNOWN.get(element.tag, "").split())
    for name in map(str, element.attrib):
        if name not in known and not name.startswith(("data-", "aria-", "on")) and name != "style":
            yield f"attribute “{name}” of {_name(element)}"
    if element.tag == "img" and "alt" not in element.attrib:
        yield f"no alt for {_name(element)}"


def _addresses(element: Element, others: tuple[str, ...]) -> Iterator[str]:
    """Addresses are ours: paths, not hosts."""
    tag = element.tag.rpartition("}")[2]
    for attribute in FETCHES.get(tag, ()):
        address = element.attrib.get(attribute, "")
        if not _ADDRESS.match(address):
            continue
        if tag == "a" and address.startswith((*_FREE, *others)):
            continue
        yield f"{attribute} of {_name(element)} leads elsewhere"
