"""English function words. They weigh little in questions and nothing in answers; they never count as covered."""

from __future__ import annotations

from typing import Final

STOP_WORDS: Final = frozenset(
    # Articles, pronouns, determiners.
    "a an the i im ive id ill me my mine myself we us our ours you your yours yourself he him his she her hers it its "
    "itself they them their theirs this that these those there here one ones some any each every both other another "
    "such same all most more much many few less lot lots bit own "
    # Verbs that carry no matter.
    "am is are was were be been being isnt arent wasnt do does did doing done dont doesnt didnt have has had having "
    "havent hasnt can could cant couldnt may might must shall should shouldnt will would wont wouldnt get gets got "
    "getting go goes going went gone let lets make makes made keep keeps seem seems try tried trying want wanted "
    # Question words, conjunctions, prepositions, adverbs.
    "what whats which who whom whose when where why how and or but if then than so because as while of at by for with "
    "about against between into through during before after to from in on off out over under up down again too very "
    "just only also even still really ever always now not no nor like maybe please thanks hi hello hey help know think "
    "tell say says ok okay yes something anything thing things way ways kind sort "
    "though although instead actually sorry mean meant next nah maybe perhaps anyway either else quite rather "
    # What is left of contractions, and how phones spell all of these.
    "s t d ll m re ve theyre youre hes shes theres thats wheres hows id ill isn doesn don "
    "u ur r y n w em tho cos coz cuz bc b4 pls plz thx ty lol hmm um oops wot wat dat dis gonna wanna gotta".split()
)
