"""Where a new article belongs: the decision, without a database."""

from itertools import combinations

from archive.stories import candidates, placement, repair, similarity
from archive.stories.placement import StoryView, Verdict, place

from .test_similarity import entry, rare_entry, telling
from .world import CHESS, GATES, GATES_AGAIN, GATES_LATER, ORCHARD


def stories(*views: tuple[str, list]) -> list[StoryView]:
    return [StoryView(name, members) for name, members in views]


def test_an_article_joins_the_story_it_tells_again():
    decision = place(entry(9, GATES_AGAIN), stories(("gates", [entry(1, GATES)]), ("frost", [entry(2, ORCHARD)])))
    assert decision.verdict is Verdict.JOIN and decision.joins.story == "gates"
    assert decision.joins.nearest == 1 and "lindholm" in decision.joins.shared


def test_an_article_on_something_else_opens_a_story():
    decision = place(entry(9, CHESS), stories(("gates", [entry(1, GATES)]), ("frost", [entry(2, ORCHARD)])))
    assert decision.joins is None


def test_an_editors_exclusion_holds_whatever_the_words_say():
    decision = place(entry(9, GATES), stories(("gates", [entry(1, GATES)])), barred=frozenset({"gates"}))
    assert decision.verdict is Verdict.OPEN and decision.options == ()


def test_a_story_that_has_been_quiet_for_longer_than_a_month_is_offered_not_joined():
    view = stories(("gates", [entry(1, GATES, 100)]))
    assert place(entry(9, GATES, 100 + placement.REACH_DAYS), view).verdict is Verdict.JOIN
    late = place(entry(9, GATES, 101 + placement.REACH_DAYS), view)
    assert late.verdict is Verdict.SUGGEST and late.options[0].story == "gates"


def test_after_a_month_only_what_shares_rare_names_becomes_one_story():
    told_again = [rare_entry(1, 100, held_by=2), rare_entry(2, 300, held_by=2)]
    assert repair.mend(told_again, anchors={1: "osei"}) == [[1, 2]]
    look_alikes = [rare_entry(1, 100, held_by=50), rare_entry(2, 300, held_by=50)]
    assert repair.mend(look_alikes, anchors={1: "osei"}) == [[1], [2]]
    offered = place(rare_entry(2, 300, held_by=2), stories(("osei", [rare_entry(1, 100, held_by=2)]))).options[0]
    assert offered.is_earlier_part and offered.within_reach


def test_at_most_three_stories_are_offered():
    view = stories(*((f"gates {n}", [entry(n, GATES, 100)]) for n in range(5)))
    assert len(place(entry(9, GATES, 300), view).options) == 3


def test_repair_brings_a_story_together_that_came_in_pieces():
    entries = [entry(1, GATES), entry(2, GATES_AGAIN), entry(3, ORCHARD), entry(4, GATES_LATER), entry(5, CHESS)]
    groups = repair.mend(entries, anchors={})
    assert sorted(map(sorted, groups)) == [[1, 2, 4], [3], [5]]


def test_the_repair_finds_every_pair_within_reach_as_near_as_placement_would():
    late = placement.REACH_DAYS + 300
    entries = [
        telling(1, late, 200),
        entry(2, GATES_AGAIN, None),
        telling(3, 200),
        entry(4, GATES, 201),
        rare_entry(5, 150, held_by=2),
        rare_entry(6, late, held_by=2),
        entry(7, GATES_LATER, 230),
        telling(8, 60, 55),
        telling(9, late - 1, 55),
        entry(10, CHESS, 190),
    ]
    near = repair.near_pairs(entries)
    tied = set()
    for i, j in combinations(range(len(entries)), 2):
        a, b = entries[i], entries[j]
        shared = similarity.overlap(a, b)
        told = similarity.nearness(a, b) if similarity.within_reach(a.day, b.day, shared) and shared.common else 0.0
        assert near[i].get(j, 0.0) == near[j].get(i, 0.0)
        if told > repair.FAINT + similarity.TOLD_SHARE or near[i].get(j):
            assert abs(near[i].get(j, 0.0) - told) < 1e-9
        if near[i].get(j) and a.day and b.day and abs(a.day - b.day) > placement.REACH_DAYS:
            tied.add((a.id, b.id))
    assert tied == {(1, 3), (1, 4), (5, 6), (8, 9)}


def test_what_an_article_looks_back_on_is_asked_for_on_its_day_and_the_next():
    window = candidates.WINDOW_DAYS
    assert candidates.windows(telling(1, 1000, 999, 400)) == [(1000 - window, 1000 + window), (400, 401)]
    many = candidates.windows(telling(1, 1000, *range(100, 110)))
    assert many[1:] == [(109, 110), (108, 109), (107, 108)]


def test_stories_that_are_faint_beside_the_best_are_not_looked_at():
    near = {1: 0.5, 2: 0.5, 3: 0.06, 4: 0.04, 5: 0.3}
    assert candidates.stories_compared(near, {1: 10, 2: 10, 3: 30, 4: 40}) == [10, 30]
    assert candidates.stories_compared({4: 0.04, 3: 0.03}, {4: 40, 3: 30}) == [40, 30]
    assert candidates.stories_compared({}, {}) == []


def test_the_window_is_not_asked_for_what_much_of_the_archive_holds():
    posted = [(f"term{number}", 1 / (number + 1)) for number in range(candidates.POSTED_TERMS)]
    holding = {"term2": 90_000, "term20": 3_001, "term21": 3_000, "term30": 50_000}
    asked = {term for term, _ in candidates.without_frequent(posted, holding, 100_000)}
    assert {term for term, _ in posted} - asked == {"term20", "term30"}, "the weightiest are asked for all the same"
    assert candidates.without_frequent(posted, holding | {"term20": 1_900}, 5_000)[-1] == posted[-1]
    young = candidates.without_frequent(posted, dict.fromkeys(holding, 300), 300)
    assert young == posted, "in a young archive every term may be that of one event"


def test_repair_never_moves_what_is_anchored():
    entries = [entry(1, GATES), entry(2, GATES_AGAIN), entry(3, GATES_LATER)]
    groups = repair.mend(entries, anchors={1: "a", 2: "b"})
    assert [1, 2] not in [sorted(group) for group in groups]
    assert {frozenset(group) & {1, 2} for group in groups} >= {frozenset({1}), frozenset({2})}


def test_repair_keeps_an_excluded_article_out_of_an_anchored_story():
    entries = [entry(1, GATES), entry(2, GATES_AGAIN)]
    assert repair.mend(entries, {1: "gates"}, barred={2: ["gates"]}) == [[1], [2]]
    assert repair.mend(entries, {1: "gates"}) == [[1, 2]]


def test_a_group_goes_on_as_the_story_most_of_its_members_came_from():
    named = repair.keep_names([[1, 2, 3], [4]], current={1: "a", 2: "a", 3: "b", 4: "a"}, anchors={})
    assert named == [("a", [1, 2, 3]), (None, [4])]


def test_a_group_with_an_anchor_keeps_its_story_though_most_came_from_another():
    named = repair.keep_names([[1, 2, 3]], current={1: "a", 2: "a", 3: "b"}, anchors={3: "b"})
    assert named == [("b", [1, 2, 3])]


def test_related_coverage_ranks_the_same_event_first():
    others = [entry(2, ORCHARD), entry(3, GATES_AGAIN), entry(4, CHESS)]
    best = placement.most_related(entry(1, GATES), others, kin=set(), limit=2)
    assert best[0][0].id == 3 and len(best) == 2
    kin = placement.most_related(entry(1, GATES), others, kin={4}, limit=3)
    assert [other.id for other, _ in kin] == [3, 4, 2]
