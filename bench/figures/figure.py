"""One figure beside its aim and its reference."""
import statistics


def figure(name, values, unit, aim, reference=None, more_is_better=False, ratio_aim=None):
    """values, reference: lists of runs; their medians are compared. aim: in the unit, or None; ratio_aim: of value : reference, or None."""
    value = statistics.median(values)
    against = statistics.median(reference) if reference else None
    ratio = value / against if against else None
    better = (lambda x, y: x >= y) if more_is_better else (lambda x, y: x <= y)
    met = (aim is None or better(value, aim)) and (ratio_aim is None or (ratio is not None and better(ratio, ratio_aim)))
    return {"name": name, "value": rounded(value), "unit": unit, "aim": aim, "ratio_aim": ratio_aim, "met": met, "reference": rounded(against), "ratio": rounded(ratio),
            "runs": len(values)}


def rounded(value):
    return None if value is None else float(f"{value:.4g}")
