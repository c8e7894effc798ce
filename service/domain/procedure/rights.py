"""Which permission a step asks for: that of who takes it, in whatever version of the procedure."""

from service.domain.access import Permission
from service.domain.procedure.step import StepCode
from service.domain.procedure.versions import PROCEDURES, Actor

WORKERS = frozenset({Actor.WORKER, Actor.RECEIVING_PLACE})


def permission_of(code: StepCode) -> Permission:
    actors = {actor for version in PROCEDURES for rule in version.steps if rule.code is code for actor in rule.actors}
    if Actor.CHAIR not in actors:
        return Permission.TAKE_STEPS
    return Permission.TAKE_SHARED_STEPS if actors & WORKERS else Permission.TAKE_DECISIONS
