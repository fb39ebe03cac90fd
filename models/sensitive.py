"""Words that pick out people by a trait of theirs: never indexed, and refused in a search (domain §0.11).

Dataskyddslagen (2018:218) 3 kap. 3 § forbids searches for a selection of persons by sensitive personal data. A few
harmless words are refused with them: better that than a list of people by what they believe.
"""

from __future__ import annotations

_POLITICS = """
s m c l v sd kd mp fi afs nmr moderat moderata moderater moderaten moderaterna moderaternas liberal liberala liberaler
liberalen liberalerna sosse sossar sossarna center centern vänstern högern
"""
_BELIEF = """
kristen kristna kristet jude juden judar judarna judisk judiska judiskt jew jews jewish
"""
_ORIGIN = """
rom romen romer romerna romsk romska romskt roma romani samer samerna samisk samiska samiskt sami svensk svenska
svenskar utländsk utländska finsk finska finne dansk danska norsk norska tysk tyska rysk ryska polsk polska serb
serbisk serbiska kinesisk kinesiska
"""
_ORIENTATION = """
gay gays bög bögar lesb trans hbt hbtq hbtqi lgbt lgbtq queer läggning orientation
"""
_HEALTH = """
sjuk sjuka sjukt sick ill illness disease hiv adhd ptsd gravid gravida dement dementa autist
"""
EXACT = frozenset(f"{_POLITICS} {_BELIEF} {_ORIGIN} {_ORIENTATION} {_HEALTH}".split())

_POLITICAL_ROOTS = """
socialdemokrat moderaterna sverigedemokrat kristdemokrat centerpart vänsterpart miljöpart folkpart liberalerna
feminist kommunist nazist nynazi fascis marxis anarkis syndikal partimedlem partitillhör partipolitisk åsikt
högerextrem vänsterextrem fackmedlem facklig
"""
_BELIEF_ROOTS = """
islam muslim moské mosque judendom judehat antisemit synagog kristendom christian katolik katolsk catholic ortodox
protestant hindu buddh sikh religi jehova ateis atheis frikyrk pingstkyrk trosuppfatt hijab slöj kippa
"""
_ORIGIN_ROOTS = """
etnisk etnicit ethnic härkomst hudfärg invandr immigrant utomnordisk afrikan african afrofob arab kurd somal syrier
syrisk irak iransk iranier afghan turk zigenar antizigan samehat rasis racis mörkhy
"""
_ORIENTATION_ROOTS = """
homosex bisex heterosex lesbisk lesbian homofob homophob transperson transsex transfob transkvinn transman transgender
"""
_HEALTH_ROOTS = """
sjukdom sjukskriv cancer depression depressiv deprimer psykisk psykiatr psychiatr psykos psychosis diagnos autism
asperger schizofren schizophren bipolär bipolar graviditet pregnan abort demens dementia missbruk alkoholis alcoholi
självmord suicid ångest handikapp funktionsneds funktionshind disabled disabilit diabet epilep rullstol
"""
ROOTS = tuple(f"{_POLITICAL_ROOTS} {_BELIEF_ROOTS} {_ORIGIN_ROOTS} {_ORIENTATION_ROOTS} {_HEALTH_ROOTS}".split())
"""Whatever begins like this."""
PARTY = ("partiet", "partist", "partister", "partisten", "partisterna")
"""Whatever else ends like this names a party or its people."""


def is_sensitive(word: str) -> bool:
    """Whether a word, in small letters, names a trait that people may not be picked out by."""
    party = word.endswith(PARTY) and word not in PARTY
    return word in EXACT or word.startswith(ROOTS) or party
