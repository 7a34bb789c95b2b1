"""Named random streams of one seed: a part of the generator draws from its own, so that none moves another."""

import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Streams:
    """Generators of a seed, one for each name."""

    seed: int

    def stream(self, name: str) -> np.random.Generator:
        """The generator of a part; the same seed and name give the same draws."""
        return np.random.default_rng(np.random.SeedSequence([self.seed, zlib.crc32(name.encode())]))
