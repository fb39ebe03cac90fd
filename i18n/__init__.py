"""In which words: the only room that owns text for people. Swedish first, English second."""

from i18n.catalogue import LANGUAGES, Words, words
from i18n.letters import Letter, letter
from i18n.sentences import (
    event_text,
    explanation_text,
    label,
    obligation,
    problem_text,
    refusal_text,
)
from i18n.times import day, term, time_left, when

__all__ = [
    "LANGUAGES",
    "Letter",
    "Words",
    "day",
    "event_text",
    "explanation_text",
    "label",
    "letter",
    "obligation",
    "problem_text",
    "refusal_text",
    "term",
    "time_left",
    "when",
    "words",
]
