import { expect } from "chai";
import { encodeFunctionData } from "viem";
import { DAY, DELAY, type Governed, governed, inForce, restrain, tighten, withChanges } from "../helpers/governed.ts";
import { ETH_USD, expectRevert, from, goTo, now } from "../helpers/market.ts";

const WEEK = 7n * DAY;
const looser = { riskBudget: 6n * 10n ** 17n };
const safer = { riskBudget: 10n ** 17n };
const release = (m: Governed) => m.governor.write.release([ETH_USD], from(m.mallory));

/** The risk manager asks for this policy; it may be set two days later. */
async function schedule(m: Governed, words: ReturnType<typeof withChanges>) {
  const data = encodeFunctionData({ abi: m.governor.abi, functionName: "setPolicy", args: [ETH_USD, words] });
  await m.manager.write.schedule([m.governor.address, data, 0], from(m.risk));
  const set = () => m.governor.write.setPolicy([ETH_USD, words], from(m.risk));
  return { set, id: await m.manager.read.hashOperation([m.risk.account.address, m.governor.address, data]) };
}

describe("what ends by itself, as a side door", () => {
  it("a policy that was asked for and forgotten can't be set long after everybody stopped looking", async () => {
    const m = await governed();
    const { set, id } = await schedule(m, withChanges(m, looser));
    await goTo(m, (await now(m)) + DELAY + WEEK);
    await expectRevert(set(), "AccessManagerExpired", [id]);
    expect(await inForce(m)).to.deep.equal(m.words);
  });

  it("nor one that was set already, a second time after it was tightened again", async () => {
    const m = await governed();
    const { set, id } = await schedule(m, withChanges(m, looser));
    await goTo(m, (await now(m)) + DELAY);
    await set();
    await tighten(m, safer);
    await expectRevert(set(), "AccessManagerNotScheduled", [id]);
    expect(await inForce(m)).to.deep.equal(withChanges(m, safer));
  });

  it("a restraint that nobody put back stays as it is, however long, and its guardian gets no second one", async () => {
    const m = await governed();
    const until = (await now(m)) + WEEK - 60n;
    await restrain(m, safer, until);
    await goTo(m, until + 10n * WEEK);
    expect(await inForce(m)).to.deep.equal(withChanges(m, safer));
    await expectRevert(restrain(m, { riskBudget: 10n ** 16n }, until + 11n * WEEK - 60n), "RestraintSpent", [ETH_USD]);
    await release(m);
    expect(await inForce(m)).to.deep.equal(m.words);
    await expectRevert(release(m), "NotRestrained", [ETH_USD]);
  });

  it("the end of a restraint brings back nothing that was tightened meanwhile", async () => {
    const m = await governed();
    const until = (await now(m)) + WEEK - 60n;
    await restrain(m, safer, until);
    await tighten(m, { riskBudget: 10n ** 16n });
    await goTo(m, until + 1n);
    await expectRevert(release(m), "NotRestrained", [ETH_USD]);
    expect(await inForce(m)).to.deep.equal(withChanges(m, { riskBudget: 10n ** 16n }));
  });

  it("a guardian can't hold a policy back that waits for its delay, nor bring an older one back after it", async () => {
    const m = await governed();
    const { set } = await schedule(m, withChanges(m, looser));
    const until = (await now(m)) + DELAY - 60n;
    await restrain(m, safer, until);
    await goTo(m, until + 60n);
    await set();
    await expectRevert(release(m), "NotRestrained", [ETH_USD]);
    expect(await inForce(m)).to.deep.equal(withChanges(m, looser));
  });
});
