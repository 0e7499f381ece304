import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { artifacts } from "hardhat";
import { type Abi, encodeFunctionData, toEventSelector, toFunctionSelector } from "viem";
import { formatAbiItem } from "viem/utils";
import { ABI_FOLDER, checkAbis, renderAbi, writeAbis } from "../../scripts/generate-abis.ts";
import { aggregatorV3Abi, sizingGuardAbi, sizingLensAbi } from "../../sdk/src/abis/index.ts";

const SHIPPED = { SizingGuard: sizingGuardAbi, SizingLens: sizingLensAbi, IAggregatorV3: aggregatorV3Abi } as const;

/** The parts a client encodes and decodes by, without names of the compiler's. */
function signatures(abi: Abi): string[] {
  return abi
    .flatMap((item) => ("name" in item ? [`${item.type} ${formatAbiItem(item)} ${"outputs" in item ? shapes(item.outputs) : ""}`] : []))
    .sort();
}

const shapes = (parameters: readonly unknown[]): string =>
  JSON.stringify(parameters, (key, value: unknown) => (key === "internalType" ? undefined : sortKeys(value)));

function sortKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("generated ABIs", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "abis-"));
    await cp(ABI_FOLDER, folder, { recursive: true });
  });

  afterEach(() => rm(folder, { recursive: true }));

  const drift = async (): Promise<string> => {
    const error = await checkAbis(folder).then(
      () => undefined,
      (reason: Error) => reason.message,
    );
    return error ?? expect.fail("no drift was seen");
  };

  it("are the contracts', to the byte", () => checkAbis(ABI_FOLDER));

  for (const [contract, abi] of Object.entries(SHIPPED)) {
    it(`say what the compiler says about ${contract}`, async () => {
      const compiled = (await artifacts.readArtifact(contract)).abi as Abi;
      const ours = signatures(abi as Abi);
      expect(ours).to.deep.equal(signatures(compiled));
      expect(ours).to.have.length.above(2);
      for (const item of compiled) {
        const twin = (abi as Abi).find(
          (one) => "name" in one && "name" in item && one.type === item.type && formatAbiItem(one) === formatAbiItem(item),
        );
        if (item.type === "event") expect(twin).to.satisfy((one: typeof item) => shapes(one.inputs) === shapes(item.inputs), item.name);
        if (item.type === "event" && twin?.type === "event") expect(toEventSelector(twin)).to.equal(toEventSelector(item));
        if (item.type === "function" && twin?.type === "function") expect(toFunctionSelector(twin)).to.equal(toFunctionSelector(item));
        if (item.type === "function") expect(twin, item.name).to.include({ stateMutability: item.stateMutability });
      }
    });
  }

  it("carry no bytecode and nothing of the compiler's", async () => {
    for (const name of await readdir(ABI_FOLDER)) {
      expect(await readFile(join(ABI_FOLDER, name), "utf8"), name).to.not.match(/0x[0-9a-f]{8}|internalType|bytecode/i);
    }
  });

  it("are literal types, so that calls are typed", () => {
    const data = encodeFunctionData({ abi: aggregatorV3Abi, functionName: "getRoundData", args: [1n] });
    expect(data).to.match(/^0x9a6fc8f5/);
    // @ts-expect-error no such function
    expect(() => encodeFunctionData({ abi: sizingGuardAbi, functionName: "prevew" })).to.throw();
    // @ts-expect-error a market is 32 bytes of hexadecimal digits, not a number
    expect(() => encodeFunctionData({ abi: sizingGuardAbi, functionName: "policy", args: [1n] })).to.throw();
  });

  it("are seen to drift when one byte of a file is edited", async () => {
    const path = join(folder, "sizingGuard.ts");
    const content = await readFile(path, "utf8");
    await writeFile(path, content.replace('"uint80"', '"uint81"'));
    expect(await drift()).to.equal("ABIs differ from the contracts: sizingGuard.ts in sdk/src/abis. Run npm run abis.");
    await writeFile(path, `${content}\n`);
    expect(await drift()).to.contain(": sizingGuard.ts in");
    await writeFile(path, content);
    await checkAbis(folder);
  });

  it("are seen to drift when a file is missing or is not generated, and writing mends both", async () => {
    await rm(join(folder, "sizingLens.ts"));
    await writeFile(join(folder, "old.ts"), "export {};\n");
    expect(await drift()).to.contain(": old.ts, sizingLens.ts in");
    expect(await drift()).to.not.contain("\n");
    await writeAbis(folder);
    await checkAbis(folder);
    expect((await readdir(folder)).sort()).to.deep.equal((await readdir(ABI_FOLDER)).sort());
  });

  it("are in one order, whatever the compiler's", async () => {
    const abi = (await artifacts.readArtifact("SizingLens")).abi as Abi;
    const any = { file: "any", about: "Any.", call: "" };
    expect(renderAbi(any, [...abi].reverse())).to.equal(renderAbi(any, abi));
  });
});
