"""What a run would do, shown before it does it: each item planned against what is held and what comes with it.

Plans are a promise about the moment; importing decides again under locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from archive.models import ImportItem, ImportRun

from .held import like
from .match import decide
from .outcome import Ask, Outcome, Plan
from .prepared import Memory, Prepared, keys_of, plan_json, prepare

_CHUNK = 100
_FIELDS = ["state", "plan", "outlet", "text_key", "keys", "reason"]


def plan_run(run: ImportRun) -> None:
    """Write a plan to every open item of a run, in the order of its files."""
    memory = Memory()
    companions = _Companions()
    items = run.items.filter(state__in=(ImportItem.State.READY, ImportItem.State.QUESTION)).order_by("position")
    chunk: list[ImportItem] = []
    for item in items.iterator(chunk_size=_CHUNK):
        chunk.append(item)
        if len(chunk) == _CHUNK:
            _plan_chunk(run, chunk, memory, companions)
            chunk = []
    _plan_chunk(run, chunk, memory, companions)
    _answer_late(companions)


def replan(run: ImportRun, ids: Sequence[int]) -> None:
    """Write new plans to these items of a run, and to questions of the run that they may answer."""
    chosen = list(run.items.filter(pk__in=ids).order_by("position"))
    texts = [item.text_key for item in chosen if item.text_key]
    kin = run.items.filter(text_key__in=texts, state__in=(ImportItem.State.READY, ImportItem.State.QUESTION)).exclude(
        pk__in=ids
    )
    items = sorted([*chosen, *kin[:_CHUNK]], key=lambda item: item.position)
    memory = Memory()
    companions = _Companions()
    for start in range(0, len(items), _CHUNK):
        _plan_chunk(run, items[start : start + _CHUNK], memory, companions)
    _answer_late(companions)


def _answer_late(companions: _Companions) -> None:
    """Answer what came first by what came after it."""
    for item, one in companions.unanswered:
        plan = companions.answer(one)
        if plan is not None:
            _write(item, one, plan)
            item.save(update_fields=_FIELDS)


class _Companions:
    """The items of the same run, by what identifies them: a second one is a capture of the first."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[ImportItem, Prepared, Plan]] = {}
        self.unanswered: list[tuple[ImportItem, Prepared]] = []

    def add(self, item: ImportItem, one: Prepared, plan: Plan) -> None:
        """Take an item in that will be an article of its own."""
        for key in keys_of(one.arrival, ()):
            self._known.setdefault(key, (item, one, plan))

    def answer(self, one: Prepared) -> Plan | None:
        """Return the plan for an item that is the same article as another of the run."""
        for key in keys_of(one.arrival, ()):
            found = self._known.get(key)
            if found is None or found[0].pk == one.item.pk:
                continue
            item, other, plan = found
            mine, theirs = one.arrival.outlet_id, plan.outlet_id
            if mine is not None and theirs is not None and mine != theirs:
                continue
            named = one.arrival.guid and other.arrival.guid and one.arrival.from_page == other.arrival.from_page
            if key.startswith("t:") and named:
                continue
            same = one.arrival.text_key == other.arrival.text_key
            return Plan(
                Outcome.UNCHANGED if same else Outcome.NEW_VERSION,
                f"The same text as {item.file} in this import."
                if same
                else f"Another text of the same article as {item.file} in this import.",
                outlet_id=theirs,
            )
        return None


def _plan_chunk(
    run: ImportRun,
    items: Sequence[ImportItem],
    memory: Memory,
    companions: _Companions,
) -> None:
    if not items:
        return
    prepared = [prepare(item, run, memory.book) for item in items]
    found = like([one.sought for one in prepared], memory.furniture)
    changed = []
    for one, held in zip(prepared, found, strict=True):
        plan = decide(one.arrival, held, one.choice).at_outlet(one.arrival.outlet_id)
        plan = _with_companions(one, plan, companions)
        _write(one.item, one, plan)
        changed.append(one.item)
    ImportItem.objects.bulk_update(changed, _FIELDS)


def _with_companions(one: Prepared, plan: Plan, companions: _Companions) -> Plan:
    told = one.item.decision.get("outlet_name") or one.item.decision.get("said", {}).get("outlet")
    if plan.ask is Ask.OUTLET and told and one.arrival.outlet_id is None:
        plan = Plan(Outcome.CREATED, f"A new article of a new outlet, {told}.")
    if plan.outcome not in (Outcome.CREATED, Outcome.QUESTION) or one.choice is not None:
        return plan
    answer = companions.answer(one)
    if answer is not None and (plan.outcome is Outcome.CREATED or plan.ask is Ask.OUTLET):
        return replace(answer, candidates=plan.candidates)
    if plan.outcome is Outcome.QUESTION:
        companions.unanswered.append((one.item, one))
    else:
        companions.add(one.item, one, plan)
    return plan


def _write(item: ImportItem, one: Prepared, plan: Plan) -> None:
    question = plan.outcome is Outcome.QUESTION
    values: dict[str, Any] = plan_json(plan, one)
    item.plan = values
    item.state = ImportItem.State.QUESTION if question else ImportItem.State.READY
    item.reason = plan.reason
    item.outlet_id = plan.outlet_id
    item.text_key = one.arrival.text_key
    item.keys = keys_of(one.arrival, one.passages) if question else []
