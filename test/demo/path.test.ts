import { readdirSync } from "node:fs";
import { expect } from "chai";
import { describe, it } from "mocha";
import { DEFAULT_ROUND_OPTIONS, loadPath, type PathRound, parsePath, quietRounds, toRounds } from "../../scripts/demo/path.ts";

const FOLDER = new URL("../../scripts/demo/paths/", import.meta.url);
const files = readdirSync(FOLDER);
const { deviation, heartbeat, step } = DEFAULT_ROUND_OPTIONS;

const priceOf = ({ answer8 }: PathRound): number => Number(answer8) / 1e8;

describe("the demo's price paths", () => {
  it("there are two", () => expect(files).to.have.length(2));

  for (const file of files) {
    const path = loadPath(new URL(file, FOLDER));
    const rounds = toRounds(path);

    it(`${file}: every anchor names a source with an address and a figure`, () => {
      for (const { source } of path.anchors) {
        expect(path.sources[source]?.url).to.match(/^https:\/\//);
        expect(path.sources[source]?.figure).not.to.equal("");
      }
    });

    it(`${file}: the rounds are those of a feed with a deviation and a heartbeat`, () => {
      for (const [index, round] of rounds.entries()) {
        const before = rounds[index - 1];
        if (before === undefined) continue;
        const waited = round.updatedAt - before.updatedAt;
        expect(waited).to.be.within(1, heartbeat + step);
        if (waited < heartbeat) expect(Math.abs(priceOf(round) / priceOf(before) - 1)).to.be.at.least(deviation - 1e-7);
      }
    });

    it(`${file}: passes within one deviation of every published price in its window`, () => {
      for (const { time, price } of path.anchors) {
        const at = Date.parse(time) / 1000;
        const last = rounds.filter(({ updatedAt }) => updatedAt <= at).at(-1);
        if (last === undefined || rounds.every(({ updatedAt }) => updatedAt < at)) continue;
        expect(Math.abs(priceOf(last) / price - 1)).to.be.at.most(deviation + 1e-9);
      }
    });

    it(`${file}: is the same every time`, () => expect(toRounds(path)).to.deep.equal(rounds));

    it(`${file}: the quiet days before it end where it begins`, () => {
      const quiet = quietRounds(rounds);
      const [first] = rounds;
      if (first === undefined) throw new Error("no rounds");
      expect(quiet.at(-1)?.updatedAt).to.be.below(first.updatedAt);
      const last = quiet.at(-1);
      expect(last && Math.abs(priceOf(last) / priceOf(first) - 1)).to.be.below(0.02);
    });
  }

  const sound = {
    title: "t",
    base: "ETH",
    quote: "USD",
    note: "n",
    sources: [{ name: "s", url: "https://example.org", figure: "f" }],
    anchors: [
      { time: "2020-03-12T00:00:00Z", price: 200, source: 0 },
      { time: "2020-03-12T06:00:00Z", price: 100, source: 0 },
    ],
  };
  const broken: readonly (readonly [what: string, text: string, complaint: RegExp])[] = [
    ["no JSON", "{", /JSON/],
    ["no anchors", JSON.stringify({ ...sound, anchors: [] }), /anchor/],
    ["anchors out of order", JSON.stringify({ ...sound, anchors: [...sound.anchors].reverse() }), /later|after|before|order|increas/],
    ["a price of zero", JSON.stringify({ ...sound, anchors: [{ ...sound.anchors[0], price: 0 }, sound.anchors[1]] }), /price/],
    ["a time that is none", JSON.stringify({ ...sound, anchors: [{ ...sound.anchors[0], time: "noon" }, sound.anchors[1]] }), /time/],
    ["a source that is not there", JSON.stringify({ ...sound, anchors: [{ ...sound.anchors[0], source: 7 }, sound.anchors[1]] }), /source/],
  ];
  it("a sound path parses", () => expect(parsePath(JSON.stringify(sound), "sound").anchors).to.have.length(2));
  for (const [what, text, complaint] of broken) {
    it(`${what}: an error that names the file and says what is wrong`, () => {
      expect(() => parsePath(text, "broken.json")).to.throw(/^broken\.json: /);
      expect(() => parsePath(text, "broken.json")).to.throw(complaint);
    });
  }
});
