import { expect } from "chai";
import { describe, it } from "mocha";
import { renderReport } from "../../scripts/demo/report.ts";
import type { AccountResult, MarketResult, ReplayResult, ReplayStep } from "../../scripts/demo/result.ts";

const step = (time: number, badDebt: number): ReplayStep => ({
  time,
  price: 2_000 - time / 100,
  sigmaFast: 1,
  sigmaSlow: 0.5,
  limits: { Volatility: 10, OpenInterest: null },
  maxSize: 10,
  binding: "Volatility",
  badDebtGuarded: badDebt,
  badDebtUnguarded: 7 * badDebt,
  openInterestGuarded: 1,
  openInterestUnguarded: 2,
});

const account: AccountResult = {
  startEquity: 1,
  endEquity: 1,
  peakLeverage: 1,
  accepted: 1,
  rejected: 1,
  liquidations: 0,
  badDebt: 0,
  sizes: [0, 1],
};

const market = (name: string, badDebt: number): MarketResult => ({
  name,
  badDebt,
  poolStart: 1,
  poolEnd: 1,
  liquidations: 0,
  accepted: 1,
  rejected: 1,
});

const result = (text: string): ReplayResult => ({
  title: text,
  note: text,
  sources: [{ name: text, url: text, figure: text }],
  anchors: [{ time: 3_600, price: 1_990, source: 0 }],
  steps: [step(0, 0), step(7_200, 123_456)],
  activeLimits: ["Volatility", "OpenInterest"],
  yardstickEquity: 100_000,
  traders: [{ name: text, habit: text, guarded: account, unguarded: account }],
  guarded: market(text, 123_456),
  unguarded: market(text, 864_192),
  comparisons: 4_321,
  differences: 0,
  policy: [{ label: text, value: text }],
});

describe("the demo's report", () => {
  it("says the bad debt of both markets and how often SDK and chain were compared", () => {
    const page = renderReport([result("ETH/USD, some day")]);
    for (const figure of ["$864k", "$123k", "4,321", "No difference"]) expect(page).to.include(figure);
  });

  it("is one page: nothing is fetched", () => {
    const page = renderReport([result("ETH/USD, some day")]);
    expect(page).not.to.match(/<(link|img|iframe)|src=|@import|url\(/);
  });

  it("escapes every text it is given", () => {
    const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;
    const page = renderReport([result(hostile)]);
    expect(page).not.to.include("<script>alert");
    expect(page).not.to.include("<img");
    expect(renderReport([result("javascript:alert(1)")])).not.to.include('href="javascript:');
  });

  it("refuses a replay too short to draw", () => {
    expect(() => renderReport([{ ...result("x"), steps: [] }])).to.throw();
  });
});
