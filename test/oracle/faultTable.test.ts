/** Every feed, every way it can fail, and everything an account may ask meanwhile. What is found is docs/oracle-faults.md. */
import { expect } from "chai";
import { isUsable } from "../../sdk/src/guard/sizing.ts";
import { LEAVING, RECORDED, RISKING } from "../helpers/actions.ts";
import type { GuardedFeed } from "../helpers/adapters.ts";
import { expectDocument, grouped, paragraphs, table } from "../helpers/document.ts";
import { COLUMNS, type Column, type Observation, type Outcome, observe, warmFixture } from "../helpers/faultTable.ts";
import { CLAMPED } from "../helpers/feeds/clamp.ts";
import { FALLBACK } from "../helpers/feeds/fallback.ts";
import type { FeedUnderTest } from "../helpers/feeds/feedUnderTest.ts";
import { MEDIAN } from "../helpers/feeds/median.ts";
import { PLAIN } from "../helpers/feeds/plain.ts";
import { PYTH } from "../helpers/feeds/pyth.ts";
import { PUSHED, REDSTONE } from "../helpers/feeds/redstone.ts";
import { SEQUENCED } from "../helpers/feeds/sequencer.ts";
import { SHARE } from "../helpers/feeds/share.ts";
import { TWAP } from "../helpers/feeds/uniswapV3Twap.ts";
import { GAS, type PositionStruct } from "../helpers/market.ts";

const FILE = "test/oracle/faultTable.test.ts";
/** Gas is written as the next multiple of this, so that a small change of the guard is none of the document. */
const GAS_STEP = 5_000;
/** What a transaction may cost that takes no risk, whatever the feed does. */
const WAY_OUT_GAS = 200_000;

/** A feed's part of the document, from what its tests observe: each failure once, whichever test asks first. */
interface Section {
  readonly heading: string;
  readonly setting: string;
  readonly rows: readonly (readonly [name: string, observe: () => Promise<Observation>])[];
}

function sectionOf<T extends GuardedFeed>(feed: FeedUnderTest<T>): Section {
  const load = warmFixture(feed);
  const rows = feed.failures.map((failure) => {
    let kept: Promise<Observation> | undefined;
    const once = (): Promise<Observation> => {
      kept ??= load().then((m) => observe(m, failure));
      return kept;
    };
    return [failure.name, once] as const;
  });
  return { heading: feed.name, setting: feed.setting, rows };
}

const SECTIONS = [
  sectionOf(PLAIN),
  sectionOf(CLAMPED),
  sectionOf(SEQUENCED),
  sectionOf(FALLBACK),
  sectionOf(MEDIAN),
  sectionOf(SHARE),
  sectionOf(TWAP),
  sectionOf(PYTH),
  sectionOf(REDSTONE),
  sectionOf(PUSHED),
];

/** Gas as the document has it. */
function bounded(gas: number): string {
  return gas > 0.9 * Number(GAS) ? "all" : grouped(Math.ceil(gas / GAS_STEP) * GAS_STEP);
}

const largest = (all: readonly Observation[], of: "wayOutGas" | "riskGas"): number => Math.max(...all.map((one) => one[of]));

for (const { heading, rows } of SECTIONS) {
  describe(`${heading}, in front of a guard`, () => {
    for (const [name, once] of rows) {
      it(`where ${name}: whoever leaves passes, and whoever takes risk is refused or has a price`, async function () {
        const seen = await once();
        expect(seen.wayOutGas < WAY_OUT_GAS, `${seen.wayOutGas} gas to leave`).to.equal(true);
        this.runnable().title += ` (${seen.status}; gas ${seen.wayOutGas} to leave, ${seen.riskGas} to take risk)`;
      });
    }
  });
}

describe("docs/oracle-faults.md", () => {
  it("is what these runs found", async () => {
    await expectDocument("docs/oracle-faults.md", await written(), FILE);
  });
});

async function written(): Promise<string> {
  const parts: string[] = [];
  const all: Observation[] = [];
  const summary: (readonly string[])[] = [];
  for (const { heading, setting, rows } of SECTIONS) {
    const seen: (Observation & { readonly name: string })[] = [];
    // One after another: they share a chain.
    for (const [name, once] of rows) seen.push({ name, ...(await once()) });
    all.push(...seen);
    summary.push([heading, `${seen.length}`, ...COLUMNS.map((column) => tally(seen, column)), bounded(largest(seen, "wayOutGas"))]);
    parts.push(`## ${heading}`, setting, table(HEADER, seen.map(rowOf)));
  }
  return paragraphs(...intro(all), table(["feed", "failures", ...COLUMNS, "gas to leave"], summary), ...parts);
}

/** How many failures had each outcome in a column. */
function tally(seen: readonly Observation[], column: Column): string {
  const count = (outcome: Outcome): number => seen.filter(({ outcomes }) => outcomes.get(column) === outcome).length;
  const counts = (["passes", "refused", "by size"] as const).map((outcome) => [count(outcome), outcome] as const);
  return counts.flatMap(([times, outcome]) => (times === 0 ? [] : [`${outcome} ${times}`])).join(", ");
}

const HEADER = ["where", "status", "price", "size", ...COLUMNS, "poke", "variance", "size then", "gas"];

const percent = (share: number): string => (share === 0 ? "0" : `${Math.round(share * 100)} %`);

function rowOf(seen: Observation & { readonly name: string }): readonly string[] {
  return [
    seen.name,
    seen.status,
    isUsable(seen.status) ? grouped(Math.round(Number(seen.price) / 1e18)) : "none",
    percent(seen.size),
    ...COLUMNS.map((column) => seen.outcomes.get(column) ?? expect.fail(`nobody asked: ${column}`)),
    seen.poke === "" ? "passes" : `\`${seen.poke}\``,
    seen.variance,
    percent(seen.pokedSize),
    bounded(seen.riskGas),
  ];
}

/** What was asked in a column, in the words of the tests. */
function asked(column: Column): string {
  const actions: readonly (readonly [string, Partial<PositionStruct>, Column?])[] = [...RISKING, ...LEAVING];
  const names = column === "record" ? RECORDED.map(([name]) => name) : actions.flatMap(([name, , kind]) => (kind === column ? [name] : []));
  return `*${column}*: ${names.join(", ")}`;
}

function intro(all: readonly Observation[]): readonly string[] {
  const dark = all.filter(({ status }) => !isUsable(status)).length;
  return [
    "# What a guard does while its feed fails",
    `Written by \`${FILE}\` from what a deployed guard did, and compared with it to the byte by every run of the tests; \`UPDATE_DOCS=1 npm test -- ${FILE}\` writes it anew. Each of the ${all.length} rows is one feed that failed in one way, after a calm day at 2 000 (the variance is then still near the conservative beginning), with every limit and meter of a single market switched on. *Status* is what the guard calls the feed then, *price* what it sizes by, *size* the largest long it allows, of that before. With one of the ${dark} failures that leave no usable price, whoever takes risk was refused with \`OracleRejected(market, account, status)\`, that status and nothing else; with the others the limits judge: *by size* means that some of what was asked in the column was larger than what they left, and was refused with \`SizeExceeded\`.`,
    `The actions, each sent as a transaction and asked of \`preview\` before, with the same answer: ${COLUMNS.map(asked).join("; ")}. Then somebody calls *poke*: *variance* is the stored one after it, against the one before the feed failed, never lower, and *size then* the largest long. *Gas* is the most that a whole transaction used that takes risk, refused or not, up to the next ${grouped(GAS_STEP)}; *all* is whatever was sent: a feed that is the only source gets all there is, and who asks for risk pays. No transaction that leaves asks the feed: the dearest of all cost up to ${bounded(largest(all, "wayOutGas"))} gas, whatever the feed did.`,
  ];
}
