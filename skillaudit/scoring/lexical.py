"""TF-IDF over words and over character n-grams: in any script, and without a model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillaudit.scoring.ngrams import COLUMNS, count_ngrams, tokens
from skillaudit.scoring.postings import Postings

if TYPE_CHECKING:
    from skillaudit.scoring.ngrams import Counts

Block: TypeAlias = Callable[[int, int], NDArray[np.float32]]
"""Scores of descriptors start..stop, one row each."""

_ROOT_HALF = np.float32(0.5**0.5)
_COMMON = 0.3
_COMMON_FLOOR = 20
_OFTEN = 0.1
_OFTEN_FLOOR = 50
_BLOCK_CELLS = 1 << 25
_POSTINGS = 7.0
"""Entries that a column keeps in a rough product, times the square root of the number of skills: so many of 500,000,
whose rare words are shared by copies, find as large a part of the nearest as of 50,000."""
_RUN = 32
"""Pairs of one row in a row from which on that row is spread out once for all of them."""
_PAIR_BLOCK = 4096
"""Pairs held against each other at once: both sides stay in the cache of a core."""


class Weights(NamedTuple):
    """What the weights of n-grams rest on."""

    texts: int
    """Different texts of the corpus."""
    seen: NDArray[np.int64]
    """(COLUMNS,) in how many of them an n-gram stands."""


class _Field:
    """The weights of one kind of n-gram."""

    def __init__(self, weights: Weights) -> None:
        skills, seen = weights
        often = np.arange(seen.max() + 1)
        weight = (np.log((1 + skills) / (1 + often)) + 1).astype(np.float32)
        # What stands in a third of a large library says nothing about one skill; leaving it out costs
        # no accuracy and most of the time.
        weight[often > max(_COMMON * skills, _COMMON_FLOOR)] = 0
        self._idf = weight.take(seen)

    def weigh(self, counts: Counts) -> Counts:
        """Log counts times inverse document frequency, in rows of length 1.

        What no skill has still counts in a query's length, so that a request in foreign words scores low.
        """
        from scipy.sparse import csr_array

        data = (1 + np.log(counts.data)) * self._idf[counts.indices]
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        norm = np.sqrt(np.bincount(row, weights=data.astype(np.float64) ** 2, minlength=counts.shape[0]))
        data = (data / np.maximum(norm, 1e-12)[row]).astype(np.float32)
        kept = np.flatnonzero(data)
        indptr = np.searchsorted(kept, counts.indptr).astype(np.int32)
        return csr_array((data[kept], counts.indices[kept], indptr), shape=counts.shape)

    def shares(self, counts: Counts, target: Counts) -> dict[int, float]:
        """One query's cosine with one row, taken apart by column, per occurrence in the query."""
        weighed = self.weigh(counts)
        theirs = dict(zip(target.indices.tolist(), target.data.tolist(), strict=True))
        number = dict(zip(counts.indices.tolist(), counts.data.tolist(), strict=True))
        return {
            column: weight * theirs[column] / number[column]
            for column, weight in zip(weighed.indices.tolist(), weighed.data.tolist(), strict=True)
            if column in theirs
        }


class Index:
    """The rows of a library, laid out for products with all of them at once."""

    def __init__(self, rows: Counts) -> None:
        from scipy.sparse import csr_array

        # Columns that many skills fill are multiplied as a dense block, the many rare ones sparsely:
        # over twice as fast at 10,000 skills as sparse alone.
        here, width = rows.shape
        filled = np.bincount(rows.indices)
        used = np.flatnonzero(filled > 0)
        filled = filled[used]
        often = np.flatnonzero(filled > max(_OFTEN * here, _OFTEN_FLOOR))
        often = np.sort(often[np.argsort(-filled[often], kind="stable")][: _BLOCK_CELLS // max(here, 1)])
        # Columns are numbered anew, in order: of a million most are empty, and would fill the cache of a core.
        self._used, self._number = used, np.full(width, -1, dtype=np.int32)
        self._number[used] = np.arange(len(used))
        rows.sort_indices()
        self.rows = csr_array((rows.data, self._number[rows.indices], rows.indptr), shape=(here, len(used)))
        self._often, self._block = often, np.full(len(used), -1, dtype=np.int32)
        self._block[often] = np.arange(len(often))

    @cached_property
    def _columns(self) -> tuple[NDArray[np.float32], Postings]:
        """The dense block and the rest, by column: made where something is asked of all rows, as large as they are."""
        columns = self.rows.T.tocsr()
        dense, rest = columns[self._often].toarray(), Postings(columns)
        rest.empty(self._often)
        return dense, rest

    @cached_property
    def _listed(self) -> Postings:
        """The rows, of which some at a time are held against one."""
        return Postings(self.rows)

    def forget(self) -> None:
        """Let go of the columns; they are made again where something is asked of all rows."""
        self.__dict__.pop("_columns", None)

    def __getstate__(self) -> dict[str, object]:
        """Send the columns along, so that not every worker makes them again."""
        return {**self.__dict__, "_columns": self._columns}

    def products(self, rows: Counts) -> NDArray[np.float32]:
        """Products of rows with all of the library's, dense."""
        from scipy.sparse import csr_array

        rows.sort_indices()
        number = self._number[rows.indices]
        kept = np.flatnonzero(number >= 0)
        indptr = np.searchsorted(kept, rows.indptr).astype(np.int32)
        known = csr_array((rows.data[kept], number[kept], indptr), shape=(rows.shape[0], len(self._used)))
        return self._products(known, *self._columns)

    def row(self, number: int) -> Counts:
        """One of the rows as it was given."""
        from scipy.sparse import csr_array

        own = self.rows[number : number + 1]
        return csr_array((own.data, self._used[own.indices], own.indptr), shape=(1, len(self._number)))

    def similarities(self, start: int, stop: int) -> NDArray[np.float32]:
        """Products of the library's rows from `start` to `stop` with all of them, dense."""
        return self._products(self.rows[start:stop], *self._columns)

    def some(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Products of some of the library's rows with all of them, dense."""
        return self._products(self.rows[rows], *self._columns)

    def against(self, chosen: NDArray[np.int64]) -> Block:
        """Return what gives the products of the library's rows start..stop with the `chosen` alone."""
        others = Index(self.rows[chosen])
        return lambda start, stop: others.products(self.rows[start:stop])

    def upper(self, step: int, first: int = 0) -> Iterator[NDArray[np.float32]]:
        """Yield products of `step` of the rows at a time, from `first` on, with themselves and all after."""
        dense, whole = self._columns
        later, size = whole.rest(), self.rows.shape[0]
        self._skip(later, 0, first)
        for start in range(first, size, step):
            stop = min(start + step, size)
            yield self._products(self.rows[start:stop], dense[:, start:], later)
            self._skip(later, start, stop)

    def _skip(self, columns: Postings, start: int, stop: int) -> None:
        """Leave out of `columns` the rows from `start` to `stop`; those before them are."""
        for begin, end in itertools.pairwise(self.rows.indptr[start : stop + 1].tolist()):
            columns.skip(self.rows.indices[begin:end])

    def _products(
        self, rows: Counts, dense_others: NDArray[np.float32], others: Postings
    ) -> NDArray[np.float32]:
        """Products of rows with the last of the library's, as many as the dense block has."""
        gone = others.width - dense_others.shape[1]
        # Added up row by row into a dense one: no list of what is hit, which costs more than the sums.
        found = np.empty((rows.shape[0], others.width), dtype=np.float32)
        found[:, gone:] = 0
        for row, (start, stop) in enumerate(itertools.pairwise(rows.indptr.tolist())):
            others.add(rows.indices[start:stop], rows.data[start:stop], found[row])
        if gone:
            found = found[:, gone:]
        if len(self._often):
            block = self._block[rows.indices]
            inside = np.flatnonzero(block >= 0)
            row_of = np.repeat(np.arange(len(found)), np.diff(rows.indptr))
            dense = np.zeros((len(found), len(self._often)), dtype=np.float32)
            dense[row_of[inside], block[inside]] = rows.data[inside]
            found += dense @ dense_others
        return found

    def heaviest(self) -> Counts:
        """Return the library's rows, of each column only as many of the heaviest entries as `_POSTINGS` says.

        What many rows have in common costs most of a product and tells the least, above all where it weighs little.
        """
        by_column = self.rows.T.tocsr()
        kept = int(_POSTINGS * math.sqrt(self.rows.shape[0]))
        filled = np.diff(by_column.indptr)
        for column in np.flatnonzero(filled > kept).tolist():
            weights = by_column.data[by_column.indptr[column] : by_column.indptr[column + 1]]
            weights[np.argpartition(weights, filled[column] - kept)[: filled[column] - kept]] = 0
        by_column.eliminate_zeros()
        return by_column.T.tocsr()

    def pairs(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
        """Products of the library's rows pair by pair, (len(rows),); cheapest where a row has its columns together."""
        found = np.empty(len(rows), dtype=np.float32)
        turns = np.flatnonzero(np.diff(rows, prepend=-1, append=-1))
        if len(rows) >= _RUN * len(turns):
            spread = np.zeros(self.rows.shape[1], dtype=np.float32)
            for start, stop in itertools.pairwise(turns.tolist()):
                row = slice(*self.rows.indptr[rows[start] : rows[start] + 2])
                spread[self.rows.indices[row]] = self.rows.data[row]
                found[start:stop] = self._listed.products(columns[start:stop], spread)
                spread[self.rows.indices[row]] = 0
            return found
        for start in range(0, len(rows), _PAIR_BLOCK):
            part = slice(start, start + _PAIR_BLOCK)
            found[part] = self.rows[rows[part]].multiply(self.rows[columns[part]]).sum(axis=1)
        return found


def _sum(counts: Counts, shares: dict[int, float]) -> float:
    pairs = zip(counts.indices.tolist(), counts.data.tolist(), strict=True)
    return float(sum(count * shares.get(column, 0.0) for column, count in pairs))


def _weights(counts: Counts, rows: Sequence[int]) -> Weights:
    """Count in how many of `rows` each n-gram stands."""
    kept = np.zeros(counts.shape[0], dtype=bool)
    kept[list(rows)] = True
    inside = kept[np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))]
    return Weights(len(rows), np.bincount(counts.indices[inside], minlength=COLUMNS))


class LexicalScorer:
    """Mean of two TF-IDF cosines: words with their pairs, and character 3- and 4-grams inside words."""

    name: Literal["lexical"] = "lexical"

    def __init__(self, texts: Sequence[str], corpus: Sequence[str] | None = None) -> None:
        """Index the descriptors (`name: description`) of a library.

        Words weigh by how rare they are among the different texts of `corpus`, of `texts` where it is None.
        So a copy changes no weight; and with the corpus of a whole library, a skill scores the same beside
        any part of it.
        """
        counts = count_ngrams(texts)
        basis = counts if corpus is None else count_ngrams(corpus)
        rows = list({text: row for row, text in enumerate(texts if corpus is None else corpus)}.values())
        self._words, self._characters = (_Field(_weights(other, rows)) for other in basis)
        self._index = Index(self._weigh(counts))

    def weigh(self, texts: Sequence[str]) -> Counts:
        """Return rows whose products are the scores of `texts`, sparse, (len(texts), columns)."""
        return self._weigh(count_ngrams(texts))

    def _weigh(self, counts: tuple[Counts, Counts]) -> Counts:
        from scipy.sparse import hstack

        # One product of rows that hold both kinds is cheaper than two; the root of a half on either side
        # makes it the mean of both cosines.
        both = (self._words.weigh(counts[0]), self._characters.weigh(counts[1]))
        return hstack([part * _ROOT_HALF for part in both], format="csr")

    def scores(self, queries: Sequence[str]) -> NDArray[np.float32]:
        """Score queries against all descriptors: (len(queries), skills), in [0, 1]."""
        return self._index.products(self.weigh(queries))

    def similarities(self, start: int, stop: int) -> NDArray[np.float32]:
        """Score descriptors `start` to `stop` against all: (stop - start, skills), in [0, 1]."""
        return self._index.similarities(start, stop)

    def upper(self, step: int, first: int = 0) -> Iterator[NDArray[np.float32]]:
        """Score `step` descriptors at a time, from `first` on, against themselves and all after, in [0, 1]."""
        return self._index.upper(step, first)

    def pairs(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score descriptors pair by pair: (len(rows),), in [0, 1]."""
        return self._index.pairs(rows, columns)

    def rough(self) -> Index:
        """Return what scores descriptors against all from below, at a cost that hardly grows with their number."""
        return Index(self._index.heaviest())

    def against(self, chosen: NDArray[np.int64]) -> Block:
        """Return what scores descriptors against the `chosen` alone: (stop - start, len(chosen)), in [0, 1]."""
        return self._index.against(chosen)

    def forget(self) -> None:
        """Let go of what only scores against all descriptors need; it is made again where some are asked for."""
        self._index.forget()

    def total(self) -> NDArray[np.float64]:
        """Sum of each descriptor's scores against all, itself among them: (skills,)."""
        rows, step = self._index.rows, _PAIR_BLOCK
        sums = np.zeros(rows.shape[1])
        np.add.at(sums, rows.indices, rows.data)  # `bincount` makes every entry twice as wide first
        parts = [rows[start : start + step] @ sums for start in range(0, rows.shape[0], step)]
        return np.concatenate([np.zeros(0), *parts])

    def explain(self, query: str, index: int) -> tuple[tuple[str, float], ...]:
        """Say which words of a query carried its score for the skill at `index`.

        Returns (word, contribution) pairs, largest first; the contributions add up to the score. A pair
        of words counts half for each; character n-grams count for the word that they stand in.
        """
        words, characters = count_ngrams([query])
        target = self._index.row(index) * (1 / _ROOT_HALF)
        word_shares = self._words.shares(words, target[:, :COLUMNS])
        character_shares = self._characters.shares(characters, target[:, COLUMNS:])
        order = tokens(query)
        alone = {word: count_ngrams([word]) for word in order}
        carried = dict.fromkeys(order, 0.0)
        for word in order:
            carried[word] += (_sum(alone[word][0], word_shares) + _sum(alone[word][1], character_shares)) / 2
        for first, second in itertools.pairwise(order):
            # Counting the pair counts its two words as well.
            pair = _sum(count_ngrams([f"{first} {second}"])[0], word_shares)
            pair -= _sum(alone[first][0], word_shares) + _sum(alone[second][0], word_shares)
            carried[first] += pair / 4
            carried[second] += pair / 4
        found = ((word, share) for word, share in carried.items() if share > 1e-6)
        return tuple(sorted(found, key=lambda item: (-item[1], item[0])))
