"""A version of the procedure for people to read: its diagram and its table, made from the values that it runs on."""

from service.domain.procedure.versions import Procedure


def mermaid(version: Procedure) -> str:
    """The steps that lead from one stage to another."""
    lines = [
        f"    {stage} --> {rule.to}: {rule.code}"
        for rule in version.steps
        if rule.to
        for stage in sorted(rule.after)
        if stage != rule.to
    ]
    return "\n".join(["stateDiagram-v2", *lines])


def table(version: Procedure) -> str:
    """Every step: who takes it, whose part it is, on which form, by which article."""
    rows = [
        f"| `{r.code}` | {r.name_vi} | {', '.join(r.actors)} | {r.part} | {r.form.number if r.form else ''} "
        f"| {r.legal_basis} |"
        for r in version.steps
    ]
    return "\n".join(["| step | tiếng Việt | by | part of | form | basis |", "|---|---|---|---|---|---|", *rows])
