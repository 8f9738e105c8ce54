"""A digest of at most so many lines, in which nothing is repeated for ever."""

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


def test_a_customer_who_stopped_is_not_also_invited() -> None:
    chosen = choose([visit(1, 5.0, "invite"), visit(1, 5.0, "stopped"), visit(1, 5.0)], shown={})
    assert [line.candidate.section for line in chosen.lines] == ["stopped"]


def test_two_promises_to_one_customer_are_two_lines() -> None:
    promises = [Candidate("follow_up", f"promise {number}", 1, 5.0) for number in (1, 2)]
    assert len(choose(promises, shown={}).lines) == 2


def test_the_third_time_is_the_last() -> None:
    (line,) = choose([visit(1, 5.0)], shown={"visit 1": SHOWN_MOST - 1}).lines
    assert line.is_last_time
    gone = choose([visit(1, 5.0)], shown={"visit 1": SHOWN_MOST})
    assert gone.lines == ()
    assert gone.changed_nothing == 1


def test_what_was_called_not_relevant_is_neither_shown_nor_counted() -> None:
    chosen = choose([visit(1, 5.0)], shown={"visit 1": SHOWN_MOST}, dismissed={"visit 1"})
    assert (chosen.lines, chosen.changed_nothing) == ((), 0)


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
    # Every customer who is offered stands in a line, is counted as left out or given up on, or was dismissed.
    first = {one.customer_id: one for one in sorted(offered, key=lambda one: -SECTIONS.index(one.section))}
    told = sum(one.subject not in dismissed for one in first.values())
    assert len(subjects) + sum(chosen.left_out.values()) + chosen.changed_nothing == told


@given(candidates)
def test_the_order_in_which_candidates_come_does_not_matter(offered: list[Candidate]) -> None:
    assert choose(offered, shown={}, lines_most=5) == choose(offered[::-1], shown={}, lines_most=5)
