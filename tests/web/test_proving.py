"""The proving ground itself: what is wrong with a page is found, and nothing is found where nothing is wrong."""

from __future__ import annotations

import pytest

from tests.web.browser import Chromium, on_paper, troubles
from tests.web.markup import faults

HEAD = (
    '<!DOCTYPE html><html lang="sv"><head><meta charset="utf-8"><title>Prov</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)
STYLE = """<style>
body { margin: 0; background: #fff; color: #000; font: 17px sans-serif }
a, button, input { min-height: 24px; min-width: 24px; border: 2px solid #555; background: #fff; color: #00c; }
:focus-visible { outline: 3px solid #b34700 }
</style>"""
GOOD = '<main><h1>Prov</h1><p><a href="/a">Ett</a> <button type="button">Två</button></p></main>'


def page(body: str, style: str = "") -> str:
    return f"{HEAD}{STYLE}{f'<style>{style}</style>' if style else ''}</head><body>{body}</body></html>"


WRONG = [
    (GOOD, "", ""),
    ("<main><h1>Prov</h1><h1>Prov</h1></main>", "", "2 h1"),
    ("<h1>Prov</h1>", "", "0 main"),
    (GOOD, "button { border: 1px solid #ccc; background: #f8f8f8 }", "edge 1.61:1"),
    (f"{GOOD}<label>Namn <input></label>", "input { border-color: #ddd }", "edge 1.36:1"),
    (GOOD, "a { color: #aaa }", "color-contrast"),
    (GOOD, ":focus-visible { outline-color: #ccc }", "focus ring 1.61:1"),
    (GOOD, ":focus-visible { outline: none }", "no focus ring"),
    (GOOD, "h1 { width: 2000px }", "wider than the screen"),
    (
        '<main><h1>Prov</h1><button type="button">x</button><button type="button">y</button></main>',
        "button { min-width: 0; min-height: 0; border: 0; padding: 0; font-size: 9px }",
        "target 5×10",
    ),
    ('<main><h1>Prov</h1><a href="/a" tabindex="3">Ett</a> <a href="/b">Två</a></main>', "", "tabindex 3"),
    (f"{GOOD}<div id=lid>x</div>", "#lid { position: fixed; inset: 0; background: #fff }", "hidden while focused"),
    ('<main><h1>Prov</h1><img src="data:,"></main>', "", "image-alt"),
]
"""A page, its style, and how what is wrong with it is told."""


async def test_what_keeps_people_out_is_found(chromium: Chromium) -> None:
    async with chromium.page("http://127.0.0.1:9") as tab:
        for body, style, said in WRONG:
            await tab.set_content(page(body, style))
            found = await troubles(tab, axe=said in {"", "color-contrast", "image-alt"})
            assert any(one.startswith(said) for one in found) if said else found == [], (said, found)


async def test_what_the_keyboard_never_comes_to_is_found(chromium: Chromium) -> None:
    async with chromium.page("http://127.0.0.1:9") as tab:
        await tab.set_content(page(GOOD))
        await tab.evaluate("document.querySelector('a').addEventListener('keydown', event => event.preventDefault())")
        found = await troubles(tab)
    assert [one[:23] for one in found] == ["not reached by keyboard"]


async def test_what_cannot_be_printed_is_found(chromium: Chromium) -> None:
    async with chromium.page("http://127.0.0.1:9") as tab:
        await tab.set_content(page(GOOD, "h1 { background: #000; color: #fff } p { position: fixed }"))
        found = await on_paper(tab)
    assert [one[:14] for one in found] == ["on paper 1:1 —", "hangs on paper"]


@pytest.mark.parametrize(
    "deed, said",
    [
        ("console.error('ont')", "ont"),
        ("new Promise(done => { setTimeout(done, 1); setTimeout(() => { throw new Error('fel') }) })", "fel"),
        ("fetch('http://127.0.0.1:9/elsewhere').catch(() => 0)", "http://127.0.0.1:9/elsewhere"),
    ],
)
async def test_what_a_page_must_not_do_fails_the_test(chromium: Chromium, deed: str, said: str) -> None:
    async def visit() -> None:
        async with chromium.page("http://127.0.0.1:8") as tab:
            await tab.set_content(page(GOOD))
            await tab.evaluate(deed)

    with pytest.raises(AssertionError, match=said):
        await visit()


@pytest.mark.parametrize(
    "body, said",
    [
        ("", ""),
        ('<form method="post"><label for="a">A</label><input id="a" name="a"></form>', ""),
        ("<p>a</b></p>", "Unexpected end tag (b). Ignored."),
        ('<i id="a"></i><i id="a"></i>', "id “a” stands 2 times"),
        ('<label for="a">A</label>', "for of <label> refers to “a”, which is not there"),
        ('<input name="a">', 'no label for <input name="a">'),
        ('<p aria-describedby="a">A</p>', "aria-describedby of <p> refers to “a”, which is not there"),
        ('<p style="color: red">A</p>', "style within <p>"),
        ("<script>1</script>", "script within the page"),
        ('<p onclick="1">A</p>', "onclick of <p>"),
        ('<img alt="" src="https://example.com/a.png">', "src of <img> leads elsewhere"),
        ('<a href="//example.com">A</a>', 'href of <a href="//example.com"> leads elsewhere'),
        ('<a href="javascript:1">A</a>', 'href of <a href="javascript:1"> leads elsewhere'),
        ('<a href="tel:112">112</a>', ""),
        ('<a href="https://polisen.example/a">A</a>', ""),
        ("<ul><p>A</p></ul>", "<p> in <ul>"),
        ("<span><div>A</div></span>", "<div> in <span>"),
        ('<a href="/a"><button type="button">A</button></a>', '<button> in <a href="/a">'),
        ('<p lable="a">A</p>', "attribute “lable” of <p>"),
        ("<fieldset><p>A</p></fieldset>", "no legend for <fieldset>"),
    ],
)
def test_what_is_no_valid_page_of_ours_is_found(body: str, said: str) -> None:
    found = faults(f"{HEAD}</head><body>{body}</body></html>", others=("https://polisen.example/",))
    assert [one.rpartition(": ")[2] for one in found] == ([said] if said else [])


def test_a_page_says_its_language_title_and_that_it_can_be_enlarged() -> None:
    assert faults("<!DOCTYPE html><html><head></head><body></body></html>") == [
        "no title",
        "no language",
        "no charset",
        "no viewport that can be enlarged",
    ]
