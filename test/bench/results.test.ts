import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { changes, countOf, textOf } from "../../scripts/bench/volatility/results.ts";
import { countRounds, seriesOf } from "../../scripts/bench/volatility/series.ts";
import { renderFigure } from "../../scripts/bench/volatility/svg.ts";
import { linearScale } from "../../scripts/demo/report/scale.ts";

describe("kept results", () => {
  it("have four significant digits, whole numbers as they are, and nothing that never came", () => {
    const kept = { a: 1.23456, b: { c: 123_456, d: Number.POSITIVE_INFINITY }, e: "text", f: true };
    expect(JSON.parse(textOf(kept))).to.deep.equal({ a: 1.235, b: { c: 123_456, d: null }, e: "text", f: true });
    expect(textOf(JSON.parse(textOf(kept)))).to.equal(textOf(kept));
    expect(countOf(kept)).to.equal(5);
  });

  it("are compared as they are kept: what is the same to four digits has not changed", () => {
    expect(changes({ a: 1.234, b: 2 }, { a: 1.23442, b: 2 })).to.deep.equal([]);
    const found = changes({ a: { b: 1.21 }, gone: 1 }, { a: { b: 1.3 }, more: Number.POSITIVE_INFINITY });
    expect(found).to.deep.equal(["a, b: was 1.21, is 1.3", "gone: was 1, is not there", "more: was not there, is null"]);
  });
});

describe("the series of a file", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "volatility-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, lines: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join("\n")}\n`);
    return path;
  };
  const bars = (seconds: number, count: number): string[] => [
    "timestamp_unix,open,high,low,close",
    ...Array.from({ length: count }, (_, index) => `${1_600_000_000 + index * seconds},100,110,90,${100 + index}`),
  ];

  it("are two for bars: closes when each bar is over, with its extremes, and a feed's rounds", async () => {
    const series = await seriesOf(file("ethusd_1h.csv", bars(3_600, 5)), { allowsGaps: false });
    expect(series.map(({ name, heartbeat, step }) => ({ name, heartbeat, step }))).to.deep.equal([
      { name: "ETH/USD, bars' closes", heartbeat: 3_900n, step: 3_600 },
      { name: "ETH/USD, bars through a feed", heartbeat: 3_900n, step: 3_600 },
    ]);
    const [closes, written] = series;
    const rounds = [];
    for await (const round of (await closes?.open()) ?? []) rounds.push(round);
    expect(rounds[1]).to.deep.equal({
      roundId: 2,
      answer8: 101_00000000n,
      updatedAt: 1_600_007_200,
      low8: 90_00000000n,
      high8: 110_00000000n,
    });
    expect(rounds).to.have.length(5);
    expect(written === undefined ? 0 : await countRounds(written)).to.be.above(5 * 10);
  });

  it("are judged daily for daily bars; bars that do not make up a day are refused", async () => {
    const [daily] = await seriesOf(file("x_1d.csv", bars(86_400, 5)), { allowsGaps: false });
    expect([daily?.step, daily?.heartbeat]).to.deep.equal([86_400, 93_600n]);
    const refused = await seriesOf(file("odd.csv", bars(25_000, 5)), { allowsGaps: false }).catch((error: Error) => error);
    expect(refused).to.be.an("error").with.property("message").that.includes("25000 s do not make up a day");
  });

  it("is one for a feed's rounds, with the heartbeat that is asked for", async () => {
    const rounds = file("link-usd.csv", ["round_id,answer,updated_at", "1,100000000,1600000000", "2,100500000,1600000500"]);
    for (const heartbeat of [undefined, 86_400n]) {
      const series = await seriesOf(rounds, { allowsGaps: false, ...(heartbeat && { heartbeat }) });
      expect(series.map((each) => each.heartbeat)).to.deep.equal([heartbeat ?? 3_900n]);
    }
  });
});

describe("figures", () => {
  const panel = {
    title: "<b>&",
    unit: "",
    xs: [0, 1],
    x: { at: (value: number) => value, ticks: [{ value: 0, label: "0" }] },
    y: linearScale([0, 10], true),
    yLabel: String,
    lines: [{ className: "guard", values: [0, 10] }],
  };

  it("are one SVG each: nothing is fetched, every text is escaped, and a line goes where its values are", () => {
    const figure = renderFigure({ title: "T", description: `"'`, legend: [], columns: 2, panels: [panel, panel, panel] });
    expect(figure).to.match(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 960 \d+"/);
    expect(figure).not.to.match(/<(image|script|link)|href=|@import|url\(/);
    expect(figure).to.include("&lt;b&gt;&amp;");
    // From the lower left to the upper right of the box of 1000 by 300.
    expect(figure.match(/d="M0 300L1000 0"/g)).to.have.length(3);
  });
});
