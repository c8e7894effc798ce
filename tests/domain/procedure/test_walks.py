"""Random walks: what none of them reaches, what a refusal says, and that the order of recording is nothing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.procedure.case_file import CaseFile, Stage
from service.domain.procedure.recording import allowed, blank, record
from service.domain.procedure.step import StepCode
from service.domain.refusal import Refusal
from tests.domain.procedure.walks import START, drawn, forbidden, good, moment, walks

FEW = settings(max_examples=40, deadline=None)


def refusal_of(file: CaseFile, *steps: object) -> Refusal | None:
    try:
        record(file, *steps)
    except Refusal as refusal:
        return refusal
    return None


@FEW
@given(walks())
def test_no_walk_reaches_what_the_law_forbids(file: CaseFile) -> None:
    assert list(forbidden(file)) == []


@FEW
@given(walks())
def test_the_allowed_steps_are_exactly_those_that_are_accepted(file: CaseFile) -> None:
    at = (file.steps[-1].occurred_at if file.steps else START) + timedelta(hours=1)
    accepted = {code for code in StepCode if refusal_of(file, good(99, code, at, file)) is None}
    assert accepted == set(allowed(file, at))


@FEW
@given(walks(), st.data())
def test_a_late_step_is_not_allowed_exactly_if_it_is_not_among_the_allowed(file: CaseFile, data: st.DataObject) -> None:
    at = moment(data.draw(st.integers(0, 500)))
    tried = data.draw(drawn(99, at))
    refusal = refusal_of(file, tried)
    if refusal is not None and refusal.code != "step_before_report":
        assert (refusal.code == "step_not_allowed") == (tried.code not in allowed(file, at))
        assert refusal.facts["allowed"] == list(allowed(file, at))


@FEW
@given(walks(), st.randoms(use_true_random=False))
def test_the_file_is_the_same_in_whatever_order_its_steps_were_recorded(file: CaseFile, random: object) -> None:
    steps = list(file.steps)
    random.shuffle(steps)
    assert record(blank(file), *steps) == file
    waiting, late = steps, blank(file)
    while waiting:  # one by one: what does not fit yet is brought again, and what fits only together comes together
        left = []
        for step in waiting:
            try:
                late = record(late, step)
            except Refusal:
                left.append(step)
        if len(left) == len(waiting):
            late, left = record(late, *left), []
        waiting = left
    assert late == file


@FEW
@given(walks())
def test_every_file_that_is_open_can_go_on(file: CaseFile) -> None:
    at = (file.steps[-1].occurred_at if file.steps else START) + timedelta(hours=1)
    assert (file.stage is Stage.AGED_OUT) == (allowed(file, at) == ())
