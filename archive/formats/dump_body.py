"""Which blocks of a dump are running text of the article: a score for each block, smoothed over the sequence."""

from __future__ import annotations

from collections.abc import Sequence

from archive.formats.dump_blocks import Block

SWITCH_COST = 1.5


def block_scores(blocks: Sequence[Block]) -> list[float]:
    """Return for each block how much it looks like body (above 0) or furniture (below 0), neighbours included."""
    own = [_own_score(block) for block in blocks]
    scores = []
    for i in range(len(own)):
        near = own[max(0, i - 3) : i] + own[i + 1 : i + 4]
        scores.append(own[i] + 0.5 * (sum(near) / len(near) if near else 0.0))
    return scores


def _own_score(block: Block) -> float:
    if block.picture:
        return -3.0
    score = -1.5
    score += min(block.words, 40) * 0.07
    score += 1.2 if block.prose else 0.0
    score -= 0.8 if block.bullet and not block.prose else 0.0
    score -= 1.0 if block.repeats > 1 else 0.0
    score -= 0.7 * min(block.controls, 3)
    score -= 1.5 if block.credit else 0.0
    score -= 1.0 if block.dates and block.words < 12 else 0.0
    return score


def smooth(scores: Sequence[float], switch_cost: float = SWITCH_COST) -> list[bool]:
    """Return the most plausible sequence of body (True) and furniture: each change of state costs `switch_cost`.

    Viterbi over two states whose evidence is plus or minus half the score.
    """
    if not scores:
        return []
    off, on = -scores[0] / 2, scores[0] / 2 - switch_cost / 2
    back: list[tuple[bool, bool]] = []
    for score in scores[1:]:
        from_on_to_off = on - switch_cost > off
        from_off_to_on = off - switch_cost > on
        back.append((from_on_to_off, from_off_to_on))
        off, on = (
            (on - switch_cost if from_on_to_off else off) - score / 2,
            (off - switch_cost if from_off_to_on else on) + score / 2,
        )
    state = on - switch_cost / 2 > off
    states = [state]
    for from_on_to_off, from_off_to_on in reversed(back):
        state = (not from_off_to_on) if state else from_on_to_off
        states.append(state)
    return states[::-1]
