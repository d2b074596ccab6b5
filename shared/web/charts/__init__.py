"""Charts and the map, drawn as SVG by pure functions: data in, a `Chart` out.

They need no script, take their colours from the style sheet (and carry the light ones in their
attributes for the PDF), and bring the table of what they show: `macros/chart.html` draws both.
"""

from shared.web.charts.bars import Group, grouped_bars
from shared.web.charts.courses import Course, courses
from shared.web.charts.drawing import Chart
from shared.web.charts.funnel import Stage, funnel
from shared.web.charts.progress import Part, Way, progress_to_target
from shared.web.charts.tile_map import Tile, subdistrict_tiles, tile_map

__all__ = [
    "Chart",
    "Course",
    "Group",
    "Part",
    "Stage",
    "Tile",
    "Way",
    "courses",
    "funnel",
    "grouped_bars",
    "progress_to_target",
    "subdistrict_tiles",
    "tile_map",
]
