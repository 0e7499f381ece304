/** Runs one test file in this process, against contracts of which some are replaced. */
import fc from "fast-check";
import hre from "hardhat";
import Mocha from "mocha";
import { type Provider, RUN_SELECTOR } from "../../test/helpers/batch.ts";
import { loadTest } from "./bundle.ts";
import type { Change, Code } from "./compiler.ts";
import { cases, LEFT_OUT } from "./targets.ts";

/** Contracts by name. */
export type Replaced = ReadonlyMap<string, Code>;

let replaced: Replaced = new Map();
let running = "";
const connections: { close(): Promise<void> }[] = [];

/** Once in a process: tests find the replaced code, and what they open is closed after them. */
export function prepareHardhat(): void {
  // A mutant is refuted by any failure: looking for a smaller one would take longer than everything else.
  fc.configureGlobal({ endOnFailure: true });
  const { artifacts, network } = hre;
  const readArtifact = artifacts.readArtifact.bind(artifacts);
  const create = network.create.bind(network);
  Object.assign(artifacts, {
    readArtifact: async (name: string) => ({ ...(await readArtifact(name)), ...replaced.get(name) }),
  });
  Object.assign(network, {
    create: async (...parameters: Parameters<typeof create>) => {
      const connection = await create(...parameters);
      connections.push(connection);
      if (replaced.size === 0) remember(connection.provider);
      return connection;
    },
  });
}

/** Answers of `BatchRunner.run`, by test file and calldata. */
const answers = new Map<string, Promise<unknown>>();

/** Pure functions of contracts nobody changed answer a mutant of the SDK what they answered the one before. */
function remember(provider: Provider): void {
  const request = provider.request.bind(provider);
  Object.assign(provider, {
    request: (asked: Parameters<typeof request>[0]): Promise<unknown> => {
      const [call] = (asked.params ?? []) as [{ data?: string }?];
      if (asked.method !== "eth_call" || !call?.data?.startsWith(RUN_SELECTOR)) return request(asked);
      const key = `${running} ${call.data}`;
      const answer = answers.get(key) ?? request(asked);
      answers.set(key, answer);
      return answer;
    },
  });
}

/** What to run: a file, or those of its tests whose full title contains a text. */
export interface Run {
  readonly test: string;
  readonly title?: string | undefined;
}

/** Title of the first test that fails, or `null` where all pass. */
export async function runTest({ test, title }: Run, contracts: Replaced, change?: Change): Promise<string | null> {
  replaced = contracts;
  running = test;
  process.env.DIFFERENTIAL_CASES = `${cases(test)}`;
  const mocha = new Mocha({ bail: true, timeout: 300_000, reporter: Silent });
  mocha.grep(new RegExp(`^(?!.*(${LEFT_OUT.map(literally).join("|")})).*${literally(title ?? "")}`));
  // Declares `describe` and `it`, which is all that loading a file through mocha would do.
  mocha.suite.emit("pre-require", globalThis, test, mocha);
  try {
    await loadTest(test, change);
    return await firstFailure(mocha);
  } catch (error) {
    // A change may already break a module where it is loaded.
    return `loading it: ${error instanceof Error ? error.message : error}`;
  } finally {
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
  }
}

function firstFailure(mocha: Mocha): Promise<string | null> {
  return new Promise((resolve) => {
    let failure: string | null = null;
    const runner = mocha.run(() => {
      mocha.dispose();
      resolve(failure);
    });
    runner.on("fail", (failed) => {
      failure ??= failed.fullTitle();
    });
  });
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Reports to nobody. */
class Silent extends Mocha.reporters.Base {}
