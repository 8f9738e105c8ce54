"""A digest of at most so many lines, in which nothing is repeated for ever."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from value.digest_choice import SECTIONS, SHOWN_MOST, Candidate, Section, choose


def visit(customer: int, at_stake: float | None, section: Section = "visit") -> Candidate:
    return Candidate(section, f"{section} {customer}", customer, at_stake)


def test_the_most_money_stands_first_in_its_section() -> None:
    chosen = choose([visit(1, 10.0), visit(2, 30.0), visit(3, None), visit(4, 20.0)], shown={})
    assert [line.candidate.customer_id for line in chosen.lines] == [2, 4, 1, 3]


def test_a_section_with_little_money_is_heard_too() -> None:
    visits = [visit(number, 1000.0) for number in range(20)]
    chosen = choose([*visits, visit(99, 1.0, "follow_up")], shown={}, lines_most=5)
    assert [line.candidate.section for line in chosen.lines] == ["follow_up", *["visit"] * 4]
    assert chosen.left_out == {"visit": 16}


def test_what_is_urgent_comes_first_in_its_section_and_has_a_line() -> None:
    late = Candidate("follow_up", "promise 9", 99, 1.0, is_urgent=True)
    chosen = choose([*(visit(number, 100.0, "follow_up") for number in range(5)), late], shown={}, lines_most=3)
    assert [line.candidate.subject for line in chosen.lines] == ["promise 9", "follow_up 0", "follow_up 1"]


def test_what_is_urgent_is_chosen_before_more_money_that_is_not() -> None:
    late = [Candidate("follow_up", f"promise {number}", 90 + number, 1.0, is_urgent=True) for number in range(2)]
    chosen = choose([*(visit(number, 100.0) for number in range(5)), *late], shown={}, lines_most=3)
    assert [line.candidate.subject for line in chosen.lines] == ["promise 0", "promise 1", "visit 0"]


def test_of_the_same_money_what_is_due_first_comes_first() -> None:
    friday, today = (
        Candidate("follow_up", subject, 1, 5.0, due_on=dt.date(2026, 6, day))
        for subject, day in (("promise 1", 5), ("promise 2", 1))
    )
    chosen = choose([friday, today], shown={}, lines_most=1)
    assert [line.candidate.subject for line in chosen.lines] == ["promise 2"]


def test_one_customer_has_two_lines_at_most_and_the_rest_is_counted() -> None:
    promises = [Candidate("follow_up", f"promise {number}", 1, 5.0) for number in range(9)]
    chosen = choose([*promises, visit(2, 1.0)], shown={})
    assert [line.candidate.subject for line in chosen.lines] == ["promise 0", "promise 1", "visit 2"]
    assert chosen.left_out == {"follow_up": 7}


def test_what_is_not_shown_any_more_leaves_its_customer_to_another_section() -> None:
    both = [Candidate("follow_up", "promise 12", 31, 5.0, is_urgent=True), visit(31, 5.0)]
    for silenced in ({"shown": {"promise 12": SHOWN_MOST}}, {"shown": {}, "dismissed": {"promise 12"}}):
        (line,) = choose(both, **silenced).lines  # type: ignore[arg-type]
        assert line.candidate.subject == "visit 31"


def test_a_customer_who_stopped_is_not_also_invited() -> None:
    chosen = choose([visit(1, 5.0, "invite"), visit(1, 5.0, "stopped"), visit(1, 5.0)], shown={})
    assert [line.candidate.section for line in chosen.lines] == ["stopped"]


def test_a_promise_gives_way_to_a_line_about_who_stopped_but_is_not_lost_behind_one_that_finds_no_room() -> None:
    stopped = [visit(number, 10.0 * number, "stopped") for number in range(1, 6)]
    late = Candidate("follow_up", "promise 12", 1, None, is_urgent=True)
    few, many = (choose([*stopped, late], shown={}, lines_most=most) for most in (3, 9))
    assert [line.candidate.subject for line in few.lines] == ["stopped 5", "stopped 4", "promise 12"]
    assert few.left_out == {"stopped": 2}
    assert [line.candidate.subject for line in many.lines] == [f"stopped {number}" for number in (5, 4, 3, 2, 1)]


def test_a_promise_for_which_there_is_no_room_either_is_counted_among_what_is_to_follow_up() -> None:
    stopped = [visit(number, 10.0 * number, "stopped") for number in (1, 2)]
    chosen = choose([*stopped, visit(1, 10.0, "follow_up")], shown={}, lines_most=1)
    assert [line.candidate.subject for line in chosen.lines] == ["stopped 2"]
    assert chosen.left_out == {"follow_up": 1}


def test_two_promises_to_one_customer_are_two_lines() -> None:
    promises = [Candidate("follow_up", f"promise {number}", 1, 5.0) for number in (1, 2)]
    assert len(choose(promises, shown={}).lines) == 2


def test_the_third_time_is_the_last() -> None:
    (line,) = choose([visit(1, 5.0)], shown={"visit 1": SHOWN_MOST - 1}).lines
    assert line.times_shown == SHOWN_MOST
    gone = choose([visit(1, 5.0)], shown={"visit 1": SHOWN_MOST})
    assert gone.lines == ()
    assert gone.changed_nothing == 1


def test_what_was_called_not_relevant_is_not_shown_and_is_no_reminder_that_changed_nothing() -> None:
    chosen = choose([visit(1, 5.0)], shown={"visit 1": SHOWN_MOST}, dismissed={"visit 1"})
    assert (chosen.lines, chosen.changed_nothing) == ((), 0)


def test_what_was_put_off_is_counted_once_as_long_as_there_is_reason_for_it() -> None:
    offered = [visit(1, 5.0), visit(1, 5.0), visit(2, 5.0)]
    assert choose(offered, shown={}, dismissed={"visit 1", "visit 9"}).put_off == 1


candidates = st.lists(
    st.builds(
        visit,
        st.integers(1, 12),
        st.none() | st.floats(0, 1e9),
        st.sampled_from(SECTIONS),
    ),
    max_size=40,
)


@given(
    candidates,
    st.dictionaries(st.integers(1, 12).map(lambda one: f"visit {one}"), st.integers(0, 5)),
    st.sets(st.integers(1, 12).map(lambda one: f"stopped {one}")),
    st.integers(1, 12),
)
def test_no_line_is_repeated_dismissed_or_beyond_the_cap_and_none_is_forgotten(
    offered: list[Candidate], shown: dict[str, int], dismissed: set[str], lines_most: int
) -> None:
    chosen = choose(offered, shown=shown, dismissed=dismissed, lines_most=lines_most)
    subjects = [line.candidate.subject for line in chosen.lines]
    customers = [line.candidate.customer_id for line in chosen.lines]
    assert len(subjects) <= lines_most
    assert len(set(customers)) == len(customers)
    assert not set(subjects) & dismissed
    assert all(line.times_shown == shown.get(line.candidate.subject, 0) + 1 <= SHOWN_MOST for line in chosen.lines)
    # Of whoever is offered something that may still be shown, it stands in a line or is counted as left out.
    open_ = [one for one in offered if one.subject not in dismissed]
    waiting = {one.customer_id for one in open_ if shown.get(one.subject, 0) < SHOWN_MOST}
    assert len(subjects) + sum(chosen.left_out.values()) == len(waiting)
    assert chosen.changed_nothing == len({one.subject for one in open_ if shown.get(one.subject, 0) >= SHOWN_MOST})


@given(candidates)
def test_the_order_in_which_candidates_come_does_not_matter(offered: list[Candidate]) -> None:
    assert choose(offered, shown={}, lines_most=5) == choose(offered[::-1], shown={}, lines_most=5)
