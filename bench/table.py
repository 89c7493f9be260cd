"""Results for people."""

from typing import Any

from .ratios import RATIOS, Result, Verdict


def line(result: Result, load: str) -> str:
    """One result as soon as it is there."""
    ratio = RATIOS[result.number]
    figures = ", ".join(f"{name} {value:.3g}" for name, value in result.figures.items())
    verdict = f"{result.value:.2f}{ratio.unit} ({ratio.target}: {result.verdict})"
    return f"{result.number:2} {ratio.name}: {verdict}; {figures}; {result.note}; load {load}"


def table(report: dict[str, Any]) -> str:
    """A Markdown table of a report, as it is kept in JSON."""
    machine = report["machine"]
    head = (
        f"{machine['taken_at']}, commit {machine['commit']}, {machine['cores']} cores "
        f"({machine['processor']}), "
        f"{machine['memory_gib']} GiB, Python {machine['python']}, "
        f"PostgreSQL {machine['postgresql']['server_version']}, Valkey or Redis {machine['redis']}"
        + (", quick run" if report["quick"] else "")
    )
    rows = [_row(result) for result in sorted(report["results"], key=lambda result: result["number"])]
    columns = "| # | ratio | ours | reference | value (lowest to highest pair) | target | | load |"
    return "\n".join([head, "", columns, "|---|---|---|---|---|---|---|---|", *rows])


def _row(result: dict[str, Any]) -> str:
    ratio, figures, load = RATIOS[result["number"]], result["figures"], result["load"]
    spread = f" ({figures['lowest ratio']:.2f} to {figures['highest ratio']:.2f})" if result["pairs"] else ""
    ours, reference = (f"{figures[name]:.3g}" if name in figures else "" for name in ("ours", "reference"))
    against = f"{ratio.name} / {ratio.reference}" if ratio.reference else ratio.name
    value = f"{result['value']:.2f}{ratio.unit}{spread}"
    verdict = Verdict(result["verdict"]).value
    busy = f"{load['average']:.1f} / {load['foreign']:.0f} %"
    cells = (ratio.number, against, ours, reference, value, ratio.target, verdict, busy)
    return f"| {' | '.join(map(str, cells))} |"
