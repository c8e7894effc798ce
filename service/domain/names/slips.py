"""One slip of the fingers: a letter too many, too few, another one, or two that changed places.

Of the hundreds of strings that are one slip away, those count that are syllables of Vietnamese; for a word near which
there is no such syllable (a foreign name) all count.
"""

from functools import cache, lru_cache
from string import ascii_lowercase

from service.domain.names.spelling import plain

SHORTEST = 3  # letters of a word that may hold a slip: of two letters any other two would be near
LONGEST = 20  # of anything longer there would be more than a thousand
ONSETS = " b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay e ec em en eng enh ep et eu i ia ich iec iem ien ieng iep iet ieu im in "
    "inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong op ot u ua uan "
    "uang uat uay uc ue uech uenh ui um un ung uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet uynh "
    "uyt uyu y yem yen yet yeu"
)


@cache
def syllables() -> frozenset[str]:
    """Every onset with every rime, folded: more than the language uses, which does no harm."""
    return frozenset(plain(onset + rime) for onset in ONSETS.split(" ") for rime in RIMES.split(" "))


@cache
def unfinished() -> frozenset[str]:
    """What a longer syllable begins with."""
    return frozenset(syllable[:end] for syllable in syllables() for end in range(1, len(syllable)))


@lru_cache(maxsize=2048)  # the syllables of names are some hundreds, and each takes half a millisecond
def slipped(word: str) -> tuple[str, ...]:
    """Folded words one slip away from a folded word, in alphabetical order; none for a short one.

    >>> slipped("nguyne"), slipped("an")
    (('nguyen', 'nguynh'), ())
    """
    if not SHORTEST <= len(word) <= LONGEST:
        return ()
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    near = {before + after[1:] for before, after in cuts if after}
    near |= {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
    near |= {before + letter + after[1:] for before, after in cuts if after for letter in ascii_lowercase}
    near |= {before + letter + after for before, after in cuts for letter in ascii_lowercase}
    near = {plain(other) for other in near} - {word, ""}
    return tuple(sorted(near & syllables() or near))


def divided(word: str) -> list[tuple[str, str]]:
    """A folded word that is none, as two syllables between which a space was forgotten.

    >>> divided("nguyenvan"), divided("hoa")
    ([('nguyen', 'van')], [])
    """
    if word in syllables() or len(word) > LONGEST:
        return []
    cuts = [(plain(word[:at]), plain(word[at:])) for at in range(1, len(word))]
    return [cut for cut in cuts if set(cut) <= syllables()]
