"""What reading a file may cost: known to the command line and to the processes that read."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Budget:
    """What reading one file may cost.

    Attributes:
        memory: bytes of address space.
        seconds: by the clock, counted by the parent.
        processor: seconds of processor time.
        answer: bytes that may come back.
    """

    memory: int = 1536 * MIB
    seconds: float = 30.0
    processor: int = 20
    answer: int = 512 * MIB
