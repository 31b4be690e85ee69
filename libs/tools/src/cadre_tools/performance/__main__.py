"""Write the page and its charts: ``python -m cadre_tools.performance``."""

from cadre_tools.performance.charts import charts, svg
from cadre_tools.performance.page import FOLDER, PAGE, load, text_of

if __name__ == "__main__":
    report = load()
    PAGE.write_text(text_of(report), encoding="utf-8")
    drawn = charts(report)
    for name, spec in drawn.items():
        (FOLDER / f"{name}.svg").write_text(svg(spec), encoding="utf-8")
    for stale in FOLDER.glob("*.svg"):
        if stale.stem not in drawn:
            stale.unlink()
