/**
 * The page's style sheet. Two colours belong to the two markets (blue: guard, vermilion: static cap) and appear for
 * nothing else; the limits have eight others, told apart by lightness and dashes as well as by hue, so that neither a
 * colour-blind reader nor a grey print loses them.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f3ef; --card: #ffffff; --ink: #15181e; --soft: #5b6370; --rule: #e4e1d9; --grid: #ecebe6; --midnight: #cfccc3;
  --guard: #0067b1; --cap: #c44500; --focus: #0067b1;
  --limit-0: #c07f00; --limit-1: #3b3fa0; --limit-2: #0d947f; --limit-3: #8c1d5a;
  --limit-4: #5c6b12; --limit-5: #d05f9f; --limit-6: #7a4a2a; --limit-7: #7e8b98; --limit-other: #8a8f98;
  --tag: #ffffff; --area: .13;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #161b22; --ink: #e8ebf0; --soft: #9ba6b4; --rule: #2a313b; --grid: #222933; --midnight: #414b58;
    --guard: #58b4f5; --cap: #ff8148; --focus: #58b4f5;
    --limit-0: #edb445; --limit-1: #8e93f5; --limit-2: #37c9b1; --limit-3: #e06aa6;
    --limit-4: #b3c755; --limit-5: #f7b3d6; --limit-6: #cf9468; --limit-7: #a4b1bf; --limit-other: #7d8591;
    --tag: #10141a; --area: .17;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main, .top { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
h1, h2, h3, h4, p, dl, dd, figure, ul { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 3px; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 3px; border-radius: 4px; }
small { font-size: inherit; font-weight: 400; color: var(--soft); }

.top { padding-top: 48px; padding-bottom: 8px; }
.brand { color: var(--soft); font-weight: 600; font-size: 14px; }
h1 { font-size: clamp(30px, 5.4vw, 52px); line-height: 1.08; letter-spacing: -.025em; font-weight: 700; margin: 10px 0 14px; max-width: 18em; text-wrap: balance; }
.lede { color: var(--soft); max-width: 44em; font-size: 17px; }
.jump { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 24px; }
.jump a { display: block; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 10px 16px; text-decoration: none; font-weight: 600; }
.jump a:hover { border-color: var(--soft); }
.jump small { display: block; font-size: 14px; }

.replay { padding: 40px 0 32px; }
.replay + .replay { border-top: 1px solid var(--rule); }
h2 { font-size: clamp(22px, 3vw, 30px); letter-spacing: -.015em; line-height: 1.2; margin-bottom: 18px; text-wrap: balance; }
h3 { font-size: 19px; letter-spacing: -.01em; margin: 40px 0 14px; }
h4 { font-size: 16px; font-weight: 650; }

.headline { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
.market, .card, .stack, .multiple { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; }
.market { padding: 20px 24px 22px; --mine: var(--cap); }
.market.guard { --mine: var(--guard); }
.market h3 { margin: 0; font-size: 16px; font-weight: 600; }
.figure { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 12px; margin: 4px 0 10px; }
.figure strong { font-size: clamp(44px, 8.4vw, 84px); line-height: 1.05; letter-spacing: -.04em; font-weight: 700; color: var(--mine); }
.figure span { color: var(--soft); font-size: 17px; }
.bar { height: 8px; border-radius: 4px; background: var(--grid); overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--mine); }
.market dl { display: grid; grid-template-columns: repeat(3, auto); justify-content: start; gap: 10px 36px; margin-top: 18px; }
.market .pool { grid-column: 1 / -1; }
.market dt { color: var(--soft); font-size: 14px; }
.market dd { font-weight: 600; white-space: nowrap; }
.verdict { margin: 16px 2px 22px; font-size: 18px; }

.stack { padding: 8px 24px 20px; --x: 0; touch-action: pan-y; }
.when { position: sticky; top: 0; z-index: 3; background: var(--card); padding: 10px 0 8px; font-size: 14px; min-height: 41px; color: var(--soft); border-bottom: 1px solid transparent; }
.reading .when { border-color: var(--rule); }
.when .now { color: var(--ink); font-weight: 650; }
.reading .hint { display: none; }
.chart { padding: 14px 0 6px; }
.chart figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 2px 24px; margin-bottom: 10px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 14px; color: var(--soft); }
.legend .value { color: var(--ink); font-weight: 650; }
.legend b { font-weight: 400; }
.limits { flex-basis: 100%; margin-top: 2px; }
.limits .key { color: var(--ink); }
.key { display: inline-flex; align-items: center; gap: 7px; white-space: nowrap; }
.swatch { width: 20px; height: 6px; flex: none; overflow: visible; }
.footnote { font-size: 14px; color: var(--soft); margin: 8px 0 0 52px; }
.nothing { margin-left: 52px; padding: 18px 20px; border: 1px dashed var(--midnight); border-radius: 10px; color: var(--soft); }

.plot { position: relative; margin-left: 52px; padding-bottom: 22px; }
.plot svg:not(.swatch) { display: block; width: 100%; height: 132px; overflow: visible; }
.plot.tall svg { height: 200px; }
.plot.small svg { height: 104px; }
.plot.axis-only { margin-top: 8px; padding: 0; height: 22px; }
.y-axis { position: absolute; inset: 0 auto 22px -52px; width: 44px; font-size: 13px; color: var(--soft); }
.y-axis span { position: absolute; right: 0; transform: translateY(-50%); white-space: nowrap; line-height: 1; }
.x-axis { position: absolute; inset: auto 0 0 0; height: 18px; font-size: 13px; color: var(--soft); }
.x-axis span { position: absolute; top: 0; transform: translateX(-50%); white-space: nowrap; line-height: 18px; }
.x-axis .date { color: var(--ink); font-weight: 600; }
.x-axis .start { transform: none; }
.x-axis .end { transform: translateX(-100%); }
.cursor { position: absolute; top: 0; bottom: 22px; left: calc(var(--x) * 100%); width: 0; border-left: 1px solid var(--ink); opacity: 0; pointer-events: none; }
.reading .cursor { opacity: .55; }

.grid { stroke: var(--grid); stroke-width: 1; vector-effect: non-scaling-stroke; }
.grid.zero, .grid.midnight { stroke: var(--midnight); }
.line { fill: none; stroke: var(--mine, var(--ink)); stroke-width: 1.75; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.area { fill: var(--mine, var(--ink)); stroke: none; opacity: var(--area); }
.block { fill: var(--mine); }
.ink { --mine: var(--ink); } .soft { --mine: var(--soft); }
.area.ink { opacity: .06; }
.anchor { fill: none; stroke: var(--ink); stroke-width: 8px; stroke-linecap: round; vector-effect: non-scaling-stroke; }
i.dot { display: inline-block; width: 8px; height: 8px; border-radius: 50%; background: var(--ink); }
.line.soft { stroke-dasharray: 5 4; }
.guard { --mine: var(--guard); } .cap { --mine: var(--cap); }
.line.guard { stroke-width: 2.25; }
.line.cap { stroke-dasharray: none; }
.line.thin { stroke-width: 1.25; opacity: .8; }
.line.bold { stroke-width: 3.5; stroke-linecap: butt; }
.line.halo { stroke: var(--card); stroke-width: 6; }
.swatch .line { stroke-width: 3; opacity: 1; }
.limit-0 { --mine: var(--limit-0); } .limit-1 { --mine: var(--limit-1); } .limit-2 { --mine: var(--limit-2); } .limit-3 { --mine: var(--limit-3); }
.limit-4 { --mine: var(--limit-4); } .limit-5 { --mine: var(--limit-5); } .limit-6 { --mine: var(--limit-6); } .limit-7 { --mine: var(--limit-7); }
.limit-other { --mine: var(--limit-other); }
.thin.limit-1, .thin.limit-5 { stroke-dasharray: 6 3; } .thin.limit-2, .thin.limit-6 { stroke-dasharray: 2 2; } .thin.limit-3, .thin.limit-7 { stroke-dasharray: 8 3 2 3; }

.strip { margin-top: 6px; }
.strip p { font-size: 13px; color: var(--soft); margin: 0 0 4px 52px; }
.plot.band { padding: 0; border-radius: 6px; overflow: hidden; }
.plot.band svg:not(.swatch) { height: 28px; }
.band .cursor { bottom: 0; }
.tag { position: absolute; top: 0; line-height: 28px; padding: 0 8px; font-size: 13px; font-weight: 600; color: var(--tag); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; pointer-events: none; }
.tag.limit-0, .tag.limit-2, .tag.limit-5, .tag.limit-7, .tag.limit-other { color: #10141a; }

.multiples { display: grid; grid-template-columns: repeat(var(--columns), 1fr); gap: 16px; }
.multiple { min-width: 0; padding: 16px 20px 14px; display: grid; grid-row: span 3; grid-template-rows: subgrid; row-gap: 0; }
.multiple figcaption { margin-bottom: 12px; }
.multiple p { color: var(--soft); font-size: 14px; line-height: 1.4; }
.multiple .plot { margin-left: 40px; }
.multiple .y-axis { left: -40px; width: 33px; }
.multiple .x-axis span:not(.date) { display: none; }
.outcomes { font-size: 14px; margin-top: 8px; }
.outcomes li { display: flex; flex-wrap: wrap; gap: 0 10px; }
.outcomes b { font-weight: 600; }
.aside { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 4px 24px; margin: 40px 0 14px; }
.aside h3 { margin: 0; }

.scroll { overflow-x: auto; }
.card { padding: 6px 20px; }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
th, td { text-align: right; padding: 9px 10px; font-weight: 400; white-space: nowrap; }
thead th { color: var(--soft); font-size: 14px; vertical-align: bottom; }
th:first-child, .traders td:first-of-type, .traders th:nth-child(2) { text-align: left; }
.traders td:first-of-type { padding-left: 10px; }
tr > :first-child { padding-left: 0; } tr > :last-child { padding-right: 0; }
.traders tbody { border-top: 1px solid var(--rule); }
.traders tbody tr:first-child > * { padding-bottom: 3px; } .traders tbody tr + tr > * { padding-top: 3px; padding-left: 10px; }
.traders tbody th { font-weight: 650; vertical-align: top; white-space: normal; min-width: 7em; }
.loss { font-weight: 700; }
.policy tr + tr { border-top: 1px solid var(--rule); }
.policy th { color: var(--soft); white-space: normal; } .policy td { font-weight: 600; white-space: normal; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 32px; align-items: start; }
.comparisons { padding: 12px 0; } .comparisons strong { display: block; font-size: 34px; letter-spacing: -.02em; line-height: 1.15; }
.sources { padding: 10px 0 4px; } .sources li { padding: 4px 0; font-size: 15px; line-height: 1.4; }
.quiet { color: var(--soft); font-size: 14px; padding-bottom: 12px; }
.colophon { color: var(--soft); font-size: 14px; padding: 8px 0 56px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }

@media (max-width: 1000px) { .multiples { grid-template-columns: 1fr 1fr; } }
@media (max-width: 720px) {
  main, .top { padding: 0 16px; }
  .top { padding-top: 28px; }
  .headline, .two { grid-template-columns: 1fr; }
  .headline { gap: 12px; }
  .jump a { flex: 1 1 100%; }
  .market { padding: 16px 18px; }
  .market dl { gap: 8px 20px; margin-top: 14px; }
  .stack { padding: 4px 14px 14px; }
  .plot { margin-left: 40px; } .footnote, .strip p, .nothing { margin-left: 40px; }
  .y-axis { left: -40px; width: 34px; }
  .plot.tall svg { height: 168px; }
  .minor, .x-axis .start:not(.date) { display: none; }
  .chart figcaption { display: block; }
  .multiples { grid-template-columns: 1fr; }
  .multiple { padding: 14px 16px; }
  .card { padding: 4px 16px; }
}
@media print { .hint, .jump { display: none; } .stack, .multiple, .card { break-inside: avoid; } }
`;
