/** A guard whose policies only its governor sets, and the people around it, each a wallet of its own. */
import { encodeFunctionData, type Hex, toFunctionSelector } from "viem";
import { encodePolicy, type Policy, type PolicyWords } from "../../sdk/src/index.ts";
import { type Connection, createDirect, ETH_USD, fixture, from, goTo, now, warmUp } from "./market.ts";

export const DAY = 86_400n;
/** Of the risk manager. */
export const DELAY = 2n * DAY;
export const ROLE = { risk: 1n, tightener: 2n, guardian: 3n, governor: 4n, steward: 5n } as const;

/** A risk manager behind two days, a tightener, a guardian. */
async function createGoverned(connection: Connection) {
  const m = await createDirect(connection);
  await warmUp(m, 24 * 10);
  const { viem } = connection;
  const governor = await viem.deployContract("SizingGovernor", [m.manager.address, m.guard.address]);
  const [risk, tightener, guardian] = [m.bob, m.carol, m.keeper];
  const roles = [
    [governor.address, "setPolicy(bytes32,(uint256,uint256,uint256,uint256,uint256))", ROLE.risk],
    [governor.address, "tighten(bytes32,(uint256,uint256,uint256,uint256,uint256))", ROLE.tightener],
    [governor.address, "restrain(bytes32,(uint256,uint256,uint256,uint256,uint256),uint32)", ROLE.guardian],
    [governor.address, "renew(bytes32,uint32)", ROLE.guardian],
    [m.guard.address, "setPolicy(bytes32,(uint256,uint256,uint256,uint256,uint256))", ROLE.governor],
  ] as const;
  for (const [target, signature, role] of roles) {
    await m.manager.write.setTargetFunctionRole([target, [toFunctionSelector(signature)], role]);
  }
  await m.manager.write.grantRole([ROLE.risk, risk.account.address, Number(DELAY)]);
  await m.manager.write.grantRole([ROLE.tightener, tightener.account.address, 0]);
  await m.manager.write.grantRole([ROLE.guardian, guardian.account.address, 0]);
  await m.manager.write.grantRole([ROLE.governor, governor.address, 0]);
  return { ...m, governor, risk, tightener, guardian };
}
export type Governed = Awaited<ReturnType<typeof createGoverned>>;
export const governed = fixture(createGoverned);

/** The same with a steward, who has no bounds yet. The deployer is a risk manager without a delay. */
async function createStewarded(connection: Connection) {
  const m = await createGoverned(connection);
  const steward = await connection.viem.deployContract("PolicySteward", [m.manager.address, m.governor.address]);
  const [bot] = m.others.slice(1);
  if (bot === undefined) throw new Error("the network has too few accounts");
  const roles = [
    ["setBounds(bytes32,uint8,(uint16,uint32,bool,bool))", ROLE.risk],
    ["adjust(bytes32,uint8,uint256)", ROLE.steward],
  ] as const;
  for (const [signature, role] of roles) {
    await m.manager.write.setTargetFunctionRole([steward.address, [toFunctionSelector(signature)], role]);
  }
  await m.manager.write.grantRole([ROLE.risk, steward.address, 0]);
  await m.manager.write.grantRole([ROLE.steward, bot.account.address, 0]);
  await m.manager.write.grantRole([ROLE.risk, m.deployer.account.address, 0]);
  return { ...m, steward, bot };
}
export type Stewarded = Awaited<ReturnType<typeof createStewarded>>;
export const stewarded = fixture(createStewarded);

export const withChanges = (m: Pick<Governed, "policy">, changes: Partial<Policy>): PolicyWords =>
  encodePolicy({ ...m.policy, ...changes });

export const inForce = (m: Governed): Promise<PolicyWords> => m.guard.read.policy([ETH_USD]);

export const tighten = (m: Governed, changes: Partial<Policy>, who = m.tightener): Promise<Hex> =>
  m.governor.write.tighten([ETH_USD, withChanges(m, changes)], from(who));

export const restrain = (m: Governed, changes: Partial<Policy>, until: bigint, who = m.guardian): Promise<Hex> =>
  m.governor.write.restrain([ETH_USD, withChanges(m, changes), Number(until)], from(who));

/** The risk manager asks for a policy, waits for his delay, and sets it. */
export async function setPolicy(m: Governed, market: Hex, words: PolicyWords): Promise<Hex> {
  const data = encodeFunctionData({ abi: m.governor.abi, functionName: "setPolicy", args: [market, words] });
  await waitFor(m, m.governor.address, data);
  return m.governor.write.setPolicy([market, words], from(m.risk));
}

/** The risk manager schedules a call, and his delay passes. */
export async function waitFor(m: Governed, target: Hex, data: Hex): Promise<void> {
  await m.manager.write.schedule([target, data, 0], from(m.risk));
  await goTo(m, (await now(m)) + DELAY);
}

/** Whether an action went through, of those the AccessManager or the governor may refuse. */
export const REFUSED = [() => "set", () => "refused"] as const;
