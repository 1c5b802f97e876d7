"""The fixed medical disclaimer. Everything that shows it imports it from here; nothing retypes it."""

from __future__ import annotations

from typing import Final

DISCLAIMER: Final = (
    "This is general information about self-massage for adults. It is not medical advice, no doctor or "
    "physiotherapist has reviewed it, and it cannot examine you or tell you what is wrong. Check with a doctor, "
    "midwife or physiotherapist first if you are pregnant, injured, recently operated on, taking blood thinners, "
    "or living with a condition such as cancer, osteoporosis, diabetes with numb feet, or heart disease. Stop if "
    "anything hurts sharply, tingles, goes numb or makes you dizzy. If your pain is severe, unexplained or getting "
    "worse, or does not ease within a few weeks, have it looked at.\n\n"
    "If you have chest pain, trouble breathing, sudden weakness or numbness, trouble speaking or seeing, numbness "
    "around the groin, loss of bladder or bowel control, a very sudden severe headache, or thoughts of harming "
    "yourself, call your local emergency number now or go to the nearest emergency department."
)
"""The whole text: shown when a chat starts, by `disclaimer`, and in the `disclaimer` field of every reply."""

DISCLAIMER_LINE: Final = (
    "General information, not medical advice. If it is severe, new or getting worse, see a doctor; "
    "in an emergency call your local emergency number."
)
"""One line under every reply in a terminal, where the whole text has been shown or is one command away."""
