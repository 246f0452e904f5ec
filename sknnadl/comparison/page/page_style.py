"""How a report's page looks, and what sorts its table."""

#: Light and dark by the reader's setting; tables scroll inside the page, not it.
STYLE = """
:root { color-scheme: light dark; --text: #1c1e21; --soft: #5f6570; --line: #d9dce1;
  --back: #ffffff; --mark: #0b63b6; --bad: #b3261e; --shade: 11 99 182;
  --c1: #0b63b6; --c2: #b3450b; --c3: #00745a; --c4: #9a3d8e; --c5: #7a6a00;
  --c6: #4b5563; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e7ea; --soft: #a3a9b4;
  --line: #3a3f47; --back: #16181c; --mark: #6db3f2; --bad: #ff8a80;
  --shade: 109 179 242; --c1: #6db3f2; --c2: #f5a05a; --c3: #4fd1a5; --c4: #e39bd6;
  --c5: #e0cf5a; --c6: #aab4c2; } }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font-size: .95rem; margin: .8rem 0 .3rem; }
p { margin: .3rem 0; max-width: 50rem; } .soft { color: var(--soft); }
.bad { color: var(--bad); }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
th:first-child, .confusion th:first-child { text-align: left; padding-left: 0; }
tbody th { color: var(--text); font-weight: 400; white-space: normal;
  min-width: 8rem; max-width: 20rem; font-size: inherit; }
td.bad { text-align: left; white-space: normal; }
th button { all: unset; cursor: pointer; }
th button:focus-visible, summary:focus-visible, .scroll:focus-visible {
  outline: 2px solid var(--mark); outline-offset: 2px; }
th[aria-sort] { color: var(--text); }
th[aria-sort=ascending] button::after { content: " \\25B2"; }
th[aria-sort=descending] button::after { content: " \\25BC"; }
.score { display: grid; grid-template-columns: 13rem 1fr 5.5rem; gap: 0 .8rem;
  align-items: center; margin: .25rem 0; }
.track { position: relative; height: 1.3rem; }
.track i { position: absolute; top: .3rem; height: .7rem; min-width: 1px;
  background: rgb(var(--shade) / .35); }
.track b { position: absolute; top: 0; width: 2px; height: 1.3rem; margin-left: -1px;
  background: var(--mark); }
.track b.beyond { width: auto; margin: 0; background: none; color: var(--mark);
  line-height: 1.3rem; font-weight: 400; }
.track u { position: absolute; top: -.15rem; bottom: -.15rem; width: 1px;
  background: var(--line); }
.name { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3;
  overflow: hidden; }
.keyed { display: flex; align-items: center; }
.value { text-align: right; font-variant-numeric: tabular-nums; }
.ticks { position: relative; height: 1.3rem; font-size: .85rem; color: var(--soft); }
.ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; }
.charts > figure { flex: 0 1 340px; min-width: 0; text-align: left; }
figcaption { color: var(--text); font-size: .9rem; }
.chart { width: 100%; max-width: 340px; height: auto; font-size: 11px; }
.chart text { fill: var(--soft); text-anchor: middle; }
.chart text.y { text-anchor: end; }
.grid { stroke: var(--line); } .line { fill: none; stroke-width: 1.8; }
.guide { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
.dots { stroke: var(--mark); stroke-width: 4; stroke-linecap: round;
  stroke-opacity: .55; }
.c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); stroke-dasharray: 7 3; }
.c3 { stroke: var(--c3); stroke-dasharray: 2 2; }
.c4 { stroke: var(--c4); stroke-dasharray: 8 3 2 3; }
.c5 { stroke: var(--c5); stroke-dasharray: 4 4; }
.c6 { stroke: var(--c6); stroke-dasharray: 12 3; }
.thin { stroke-width: 1; stroke-opacity: .6; }
circle { fill: var(--back); stroke-width: 1.5; stroke-dasharray: none !important; }
.key { flex: none; width: 2rem; height: .8rem; margin-right: .5rem; }
.confusion { font-size: .85rem; }
.confusion td { min-width: 2rem; padding: .3rem .45rem;
  background: rgb(var(--shade) / calc(var(--share, 0) * .5)); }
.confusion th { font-weight: 600; padding: .3rem .45rem; min-width: 0;
  max-width: 8rem; color: var(--soft); white-space: normal;
  overflow-wrap: break-word; }
.pairs { font-size: .85rem; }
.pairs th[scope=row] { position: sticky; left: 0; background: var(--back);
  max-width: 9rem; }
.pairs .number { float: left; margin-right: .3rem; }
.pairs td { color: var(--soft); } .pairs td.told { color: var(--text);
  font-weight: 600; background: rgb(var(--shade) / .22); }
.images { display: flex; flex-wrap: wrap; gap: .7rem; margin: .6rem 0; }
figure { margin: 0; text-align: center; font-size: .8rem; color: var(--soft); }
figure img { width: 4rem; image-rendering: pixelated; border: 1px solid var(--line); }
.images figcaption { color: var(--soft); font-size: .8rem; }
details { margin: .4rem 0; }
ul { padding-left: 1.2rem; } li { margin: .3rem 0; } summary { cursor: pointer; }
pre { white-space: pre-wrap; font-size: .85rem; margin: .3rem 0 .8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; }
@media (max-width: 40rem) {
  th, td { padding: .35rem .4rem; }
  .score { grid-template-columns: 1fr max-content; margin: .5rem 0; }
  .score .name { grid-row: 1; grid-column: 1; } .score .value { grid-row: 1; }
  .score .track, .score .ticks { grid-column: 1 / 3; margin: 0 .8rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
"""

#: A click on a head sorts the rows by its column, a second one the other way; rows
#: without a value stay at the end.
SCRIPT = """
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const read = (row, column) => row.cells[column]?.dataset.value ?? "";
  heads.forEach((head, column) => head.firstChild.addEventListener("click", () => {
    const turned = { ascending: "descending", descending: "ascending" };
    const order = turned[head.getAttribute("aria-sort")] ?? head.dataset.first;
    const sign = order === "ascending" ? 1 : -1;
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order);
    const compare = (one, other) => {
      const [a, b] = [read(one, column), read(other, column)];
      if (a === "" || b === "") return (a === "") - (b === "");
      return sign * (column ? a - b : a.localeCompare(b));
    };
    body.append(...[...body.rows].sort(compare));
  }));
}
"""
