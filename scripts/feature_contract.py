"""The import contract of the features (house.md §2, §4.1), for import-linter: who may enter where, inside and out."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output

FEATURES = "shouwen.features"
DOORS = {"public", "types"}
EDGES = {"portal", "workbench", "jobs", "cli"}
# a part of a feature → the parts of the same feature it may not import; parts not named here are the feature's own
CLOSED_INSIDE = {
    "types": {"rules", "store", "public", "use_cases", *EDGES},
    "rules": {"store", "public", "use_cases", *EDGES},
    "store": {"rules", "public", "use_cases", *EDGES},
    "public": {"use_cases", *EDGES},
    "use_cases": EDGES,
    **{edge: {"store"} for edge in EDGES},
}


class FeatureContract(Contract):
    """Others enter a feature by `public` or `types`; inside, imports follow the table in house.md."""

    type_name = "features"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken: list[str] = []
        for importer in sorted(graph.modules):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                reason = self._refused(importer, imported)
                if reason:
                    places = graph.get_import_details(importer=importer, imported=imported)
                    lines = ",".join(str(place["line_number"]) for place in places)
                    broken.append(f"{importer}:{lines} imports {imported}: {reason}")
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["broken"]:
            output.print_error(line)

    @staticmethod
    def _refused(importer: str, imported: str) -> str:
        there = _feature_and_part(imported)
        here = _feature_and_part(importer)
        if there is None or not there[1] or importer.startswith("shouwen.mount"):
            return ""
        if here is None or here[0] != there[0]:
            return "" if there[1] in DOORS else f"enter {there[0]} by public or types"
        return f"{here[1]} may not know {there[1]}" if there[1] in CLOSED_INSIDE.get(here[1], set()) else ""


def _feature_and_part(module: str) -> tuple[str, str] | None:
    """`shouwen.features.money.rules.late_fee` → ("money", "rules"); None outside the features."""
    if not module.startswith(FEATURES + "."):
        return None
    feature, _, rest = module.removeprefix(FEATURES + ".").partition(".")
    return feature, rest.partition(".")[0]
