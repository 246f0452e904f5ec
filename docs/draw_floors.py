"""Draw the house: its rooms, floor upon floor, and what each imports.

    python docs/draw_floors.py > floors.svg

The floors and what is allowed are those that `tests/test_imports.py` checks. The colors
are the theme's, so the picture is to stand inside a page of the documentation.
"""

import ast
from html import escape
from itertools import combinations, pairwise
from pathlib import Path

TEST = Path(__file__).parents[1] / "tests" / "test_imports.py"
#: Wide enough for the longest names, and narrow enough for a phone.
WIDTH = 360
ROOM_WIDTH, ROOM_HEIGHT, FLOOR_HEIGHT, MARGIN = 80, 36, 62, 6
#: Between two rooms; a line that passes a floor takes as much.
GAP = 11
STYLE = """
.floors { display: block; width: 100%; max-width: 34rem; height: auto;
  margin: 0 auto 1.5rem; }
.floors rect { fill: var(--pst-color-surface); stroke: var(--pst-color-primary); }
.floors text { fill: var(--pst-color-text-base); font-size: 12px;
  text-anchor: middle; dominant-baseline: central; }
.floors path { fill: none; stroke: var(--pst-color-text-muted); stroke-width: 1.2; }
"""


def read_house():
    """Return the floors, from the ground up, and what each room may import."""
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(TEST.read_text()).body
        if isinstance(node, ast.Assign) and node.targets[0].id in ("FLOORS", "ALLOWED")
    }
    return values["FLOORS"], values["ALLOWED"]


def find_ways(floors, allowed):
    """Return the imports to draw: without those that other ways lead to as well.

    A way is a room on each floor, from the one that imports down to the one imported.
    Between the two it has a place of its own, which is a tuple of both.
    """
    number = {room: i for i, rooms in enumerate(floors) for room in rooms}

    def reached(room):
        below = allowed.get(room, set())
        return below.union(*map(reached, below))

    ways = []
    for room in sorted(allowed):
        for other in sorted(allowed[room]):
            if not any(other in reached(o) for o in allowed[room] - {other}):
                n_between = number[room] - number[other] - 1
                ways.append([room, *[(room, other)] * n_between, other])
    return ways, number


def arrange(floors, ways, number):
    """Return the horizontal place of everything, with short ways between floors."""
    rows = [sorted(rooms) for rooms in floors]
    for way in ways:
        for i, place in enumerate(way[1:-1], start=1):
            rows[number[way[0]] - i].append(place)
    near = [set() for _ in rows]  # which places of a floor and the one above are joined
    for way in ways:
        for i, joint in enumerate(pairwise(way)):
            near[number[way[0]] - i - 1].add(joint)
    x = [spread(row) for row in rows]
    for _ in range(4):
        for i in [*range(len(rows)), *reversed(range(len(rows)))]:
            x[i] = untangle(x[i], lambda own, i=i: stretch(own, x, near, i))
    return x


def untangle(x, measure):
    """Return a floor in such an order that to exchange two places is no better."""
    order, best, is_better = list(x), measure(x), True
    while is_better:
        is_better = False
        for i, j in combinations(range(len(order)), 2):
            other = order.copy()
            other[i], other[j] = order[j], order[i]
            if measure(spread(other)) < best:
                order, best, is_better = other, measure(spread(other)), True
    return spread(order)


def spread(row):
    """Return the middle of each place of a floor, from left to right."""
    widths = [ROOM_WIDTH if isinstance(place, str) else 0 for place in row]
    free = WIDTH - 2 * MARGIN - sum(widths)
    gap = min(free / (len(row) + 1), 3 * GAP)
    left = (WIDTH - sum(widths) - gap * (len(row) - 1)) / 2
    middles = {}
    for place, width in zip(row, widths, strict=True):
        middles[place] = left + width / 2
        left += width + gap
    return middles


def stretch(own, x, near, i):
    """Return how far the ways of a floor lead sideways, if it is so arranged."""
    above = sum((x[i + 1][a] - own[b]) ** 2 for a, b in near[i]) if near[i] else 0
    below = sum((own[a] - x[i - 1][b]) ** 2 for a, b in near[i - 1]) if i else 0
    return above + below


def draw():
    """Return the picture as the text of an SVG."""
    floors, allowed = read_house()
    ways, number = find_ways(floors, allowed)
    x = arrange(floors, ways, number)
    height = FLOOR_HEIGHT * len(floors) - FLOOR_HEIGHT + ROOM_HEIGHT + 2 * MARGIN
    parts = [
        f'<svg class="floors" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-label="The rooms of the package, floor upon floor">',
        f"<style>{STYLE}</style>",
    ]
    for way in ways:
        top = number[way[0]]
        points = [(x[top - i][place], top - i) for i, place in enumerate(way)]
        parts.append(f'<path d="{_draw_way(points, height)}"/>')
    for row, middles in enumerate(x):
        for room, middle in middles.items():
            if isinstance(room, str):
                parts.append(
                    _draw_room(room, middle, _top(row, height), allowed.get(room))
                )
    return "\n".join([*parts, "</svg>\n"])


def _top(row, height):
    return height - MARGIN - ROOM_HEIGHT - row * FLOOR_HEIGHT


def _draw_way(points, height):
    """Return a line through the floors: straight past each, and bent between them."""
    (left, row), *rest = points
    bottom = _top(row, height) + ROOM_HEIGHT
    steps = [f"M{left:.1f} {bottom}"]
    for middle, floor in rest:
        top = _top(floor, height)
        half = (bottom + top) / 2
        steps.append(f"C{left:.1f} {half} {middle:.1f} {half} {middle:.1f} {top}")
        left, bottom = middle, top + ROOM_HEIGHT
        steps.append(f"V{bottom}")
    return " ".join(steps[:-1])


def _draw_room(room, middle, top, imports):
    """Return a room: a box with its name, a part of a path or a long name a line."""
    lines = room.replace("/", "/ ").split()
    if len(room) > 12 and len(lines) == 1:
        lines = room.replace("_", "_ ").split()
    first = top + ROOM_HEIGHT / 2 - 7 * (len(lines) - 1)
    texts = "".join(
        f'<text x="{middle:.1f}" y="{first + 14 * i}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    said = f"imports {', '.join(sorted(imports))}" if imports else "imports nothing"
    left = middle - ROOM_WIDTH / 2
    return (
        f"<g><title>{escape(room)} {escape(said)}</title>"
        f'<rect x="{left:.1f}" y="{top}" width="{ROOM_WIDTH}" height="{ROOM_HEIGHT}" '
        f'rx="4"/>{texts}</g>'
    )


if __name__ == "__main__":
    print(draw(), end="")
