"""What somebody types to find a name, as conditions on the words of names, from the best match to the weakest."""

from collections.abc import Iterable
from typing import NamedTuple

from service.domain.names.keystrokes import readings
from service.domain.names.slips import divided, slipped, syllables, unfinished
from service.domain.names.spelling import FOLD, LONGEST_WORD, plain, spelled, whole
from service.domain.refusal import Refusal

FEW = 3  # names found without a slip: below that, names with one are looked for as well
LONG = 4  # letters of a word that may hold a slip though fewer than three words are there to tell who is meant
MOST_WORDS = 8  # of a search in which slips are thought of: no name has more


class Search(NamedTuple):
    """Conditions in the language of `tsquery`. `ranks`, the last of which holds for whatever is found without a slip:
    the whole name with its marks, its words with theirs, the whole name without marks, words without, the last word
    unfinished (the first two only where marks were typed). `slips`: any of these holds of whatever has one in a word;
    none where none may."""

    ranks: list[str]
    slips: list[str]

    @property
    def widest(self) -> str:
        """What is found without a slip."""
        return self.ranks[-1]

    @property
    def forgiving(self) -> str:
        """What is found at all."""
        return " | ".join([f"({self.widest})", *self.slips]) if self.slips else self.widest


def search(typed: str) -> Search:
    """What `q` asks for; refuses marks, spaces and punctuation alone, of which nothing is left.

    >>> search("Lý An").ranks
    ["'=an lyS'", "'lyS' & 'an'", "'=an li'", "'li' & 'an'", "'li' & ('an' | 'an':*)"]
    """
    split = [word[:LONGEST_WORD] for word in spelled(typed).split(" ")]
    read = [readings(word) for word in split if plain(word)]
    if not read:
        raise Refusal("invalid", "/q")
    bare = [[plain(reading) for reading in word] for word in read]
    ranks = [either(wholes(bare)), together(map(either, bare))]
    if begun := [f"{quoted(start)}:*" for start in beginnings(read[-1])]:
        ranks.append(together([*map(either, bare[:-1]), either(bare[-1], *begun)]))
    if read != bare:
        ranks = [either(wholes(read)), together(map(either, read)), *ranks]
    return Search(ranks, slips(bare) if len(read) <= MOST_WORDS else [])


def wholes(read: list[list[str]]) -> list[str]:
    """The whole name, all of it as typed or all of it by its keys."""
    return [whole([word[0] for word in read]), whole([word[-1] for word in read])]


def beginnings(word: list[str]) -> list[str]:
    """The readings of the last word that may be unfinished: no syllable begins with nguyen but itself."""
    starts = [reading.translate(FOLD) for reading in word]
    return [start for start in starts if start not in syllables() or start in unfinished()]


def slips(bare: list[list[str]]) -> list[str]:
    """One word with a slip and the others without: within the word, or by a space that is missing or too many."""
    found, sound = [], [either(word) for word in bare]
    for at, word in enumerate(bare):
        mistyped = word[-1:] if word[-1] in syllables() else word
        near = {other for reading in mistyped if len(reading) >= LONG or len(bare) > 2 for other in slipped(reading)}
        others = sound[:at], sound[at + 1 :]
        if near:
            found.append(together([*others[0], either(sorted(near)), *others[1]]))
        found += [together([*others[0], *map(quoted, parts), *others[1]]) for parts in divided(word[-1])]
        if at and (joined := bare[at - 1][-1] + word[-1]) in syllables():
            found.append(together([*sound[: at - 1], quoted(joined), *sound[at + 1 :]]))
    return found


def quoted(word: str) -> str:
    """A word holds neither quotes nor backslashes: they separate words."""
    return f"'{word}'"


def either(words: list[str], *more: str) -> str:
    alternatives = list(dict.fromkeys([*map(quoted, words), *more]))
    return alternatives[0] if len(alternatives) == 1 else f"({' | '.join(alternatives)})"


def together(conditions: Iterable[str]) -> str:
    return " & ".join(conditions)
