"""What somebody types to find a name, as conditions on the words of names, from the best match to the weakest."""

from collections.abc import Iterable
from typing import NamedTuple

from service.domain.names.keystrokes import readings
from service.domain.names.slips import divided, slipped, syllables, unfinished
from service.domain.names.spelling import FOLD, LONGEST_WORD, plain, spelled, whole
from service.domain.names.stretches import Stretch, begun_within, given_within
from service.domain.refusal import Refusal

FEW = 3  # names found without a slip: below that, names with one are looked for as well
LONG = 4  # letters of a word that may hold a slip though fewer than three words are there to tell who is meant
MOST_WORDS = 8  # of a search in which slips are thought of: no name has more


class Rank(NamedTuple):
    """How well a name matches: a condition in the language of `tsquery`. Where it is on the given name, the stretches
    of the order of names in which that is found; where a word is begun or has a slip, what is asked of the others (of
    none, nothing)."""

    condition: str
    stretches: list[Stretch] | None = None
    others: str | None = None


class Search(NamedTuple):
    """`ranks`, the last of which holds for whatever is found without a slip: with the marks that were typed the whole
    name, its words of which the last is the given name, its words; all this without marks; the last word begun, in the
    given name and anywhere. `slips`: any of these holds of whatever has a slip in a word; none where none may."""

    ranks: list[Rank]
    slips: list[Rank]

    @property
    def widest(self) -> str:
        """What is found without a slip."""
        return self.ranks[-1].condition

    @property
    def forgiving(self) -> str:
        """What is found at all."""
        return " | ".join([f"({self.widest})", *(slip.condition for slip in self.slips)]) if self.slips else self.widest


def search(typed: str) -> Search:
    """What `q` asks for; refuses marks, spaces and punctuation alone, of which nothing is left.

    >>> [rank.condition for rank in search("Lý An").ranks[:3]]
    ["'=an lyS'", "'lyS' & '>an'", "'an' & 'lyS'"]
    >>> [rank.condition for rank in search("Lý An").ranks[3:]]
    ["'=an li'", "'li' & '>an'", "'an' & 'li'", "'li' & '>an':*", "('an' | 'an':*) & 'li'"]
    """
    split = [word[:LONGEST_WORD] for word in spelled(typed).split(" ")]
    read = [readings(word) for word in split if plain(word)]
    if not read:
        raise Refusal("invalid", "/q")
    bare = [[plain(reading) for reading in word] for word in read]
    ranks = complete(bare)
    if starts := beginnings(read[-1]):
        others = seldom_first(bare[:-1])
        given = [quoted(f">{start}") + ":*" for start in starts]
        anywhere = either(bare[-1], *(f"{quoted(start)}:*" for start in starts))
        ranks += [
            beside(others, either([], *given))._replace(stretches=begun_within(starts)),
            beside(others, anywhere, first=True),
        ]
    if read != bare:
        ranks = complete(read) + ranks
    return Search(ranks, slips(bare) if len(read) <= MOST_WORDS else [])


def complete(read: list[list[str]]) -> list[Rank]:
    """All that was typed, as words of their whole length."""
    given = [f">{word}" for word in read[-1]]
    return [
        Rank(either(wholes(read))),
        Rank(together([*seldom_first(read[:-1]), either(given)]), given_within(read[-1])),
        Rank(together(seldom_first(read))),
    ]


def wholes(read: list[list[str]]) -> list[str]:
    """The whole name, all of it as typed or all of it by its keys."""
    return [whole([word[0] for word in read]), whole([word[-1] for word in read])]


def beginnings(word: list[str]) -> list[str]:
    """The readings of the last word that may be unfinished: no syllable begins with nguyen but itself."""
    starts = [reading.translate(FOLD) for reading in word]
    return [start for start in starts if start not in syllables() or start in unfinished()]


def slips(bare: list[list[str]]) -> list[Rank]:
    """One word with a slip and the others without: within the word, or by a space that is missing or too many."""
    found: list[Rank] = []
    sound = [either(word) for word in bare]
    for at, word in enumerate(bare):
        mistyped = word[-1:] if word[-1] in syllables() else word
        near = {other for reading in mistyped if len(reading) >= LONG or len(bare) > 2 for other in slipped(reading)}
        others = [*sound[:at], *sound[at + 1 :]]
        if near:
            found.append(beside(others, either(sorted(near))))
        found += [beside(others, *map(quoted, parts)) for parts in divided(word[-1])]
        if at and (joined := bare[at - 1][-1] + word[-1]) in syllables():
            found.append(beside([*sound[: at - 1], *sound[at + 1 :]], quoted(joined)))
    return found


def seldom_first(words: list[list[str]]) -> list[str]:
    """A name that is walked past is looked at until a word is missing; what most have, family names, is typed first."""
    return [either(word) for word in reversed(words)]


def beside(others: list[str], *meant: str, first: bool = False) -> Rank:
    return Rank(together([*meant, *others] if first else [*others, *meant]), None, together(others))


def quoted(word: str) -> str:
    """A word holds neither quotes nor backslashes: they separate words."""
    return f"'{word}'"


def either(words: list[str], *more: str) -> str:
    alternatives = list(dict.fromkeys([*map(quoted, words), *more]))
    return alternatives[0] if len(alternatives) == 1 else f"({' | '.join(alternatives)})"


def together(conditions: Iterable[str]) -> str:
    return " & ".join(dict.fromkeys(conditions))
