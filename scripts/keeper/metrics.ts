/** What can be seen of a keeper from outside: GET /metrics for Prometheus, GET /healthz for a supervisor. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Hex } from "viem";
import type { Outcome } from "./act.ts";
import { type ChainState, type DutyKind, worstHeadroom } from "./duties.ts";

export class Metrics {
  readonly registry = new Registry();
  readonly #actions = this.#counter("keeper_actions_total", "Duties by kind and how they ended.", ["kind", "outcome"]);
  readonly #rpcErrors = this.#counter("keeper_rpc_errors_total", "Requests the node did not answer, after retries.", ["method"]);
  readonly #failedRounds = this.#counter("keeper_failed_rounds_total", "Rounds that broke off.", []);
  readonly #lastBlock = this.#gauge("keeper_last_block", "The block the last good round looked at.", []);
  readonly #accounts = this.#gauge("keeper_accounts", "Accounts that are looked at.", ["market"]);
  readonly #flags = this.#gauge("keeper_flags", "Accounts with a flag.", ["market"]);
  readonly #unmeasured = this.#gauge("keeper_unmeasured_accounts", "Accounts with a position whose limit nobody can say now.", ["market"]);
  readonly #headroom = this.#gauge("keeper_worst_limit_ratio", "Forced limit of the worst account over its position; below 1 is above.", [
    "market",
  ]);
  readonly #balance = this.#gauge("keeper_balance_native", "What the sending account has to pay gas with, in whole coins.", []);
  /** Milliseconds, of this process's clock. */
  #lastGood = Date.now();

  constructor() {
    const isNow = (gauge: Gauge): void => gauge.set(this.lastGoodSeconds);
    new Gauge({
      name: "keeper_seconds_since_good_round",
      help: "Since the last good round, or since the start.",
      registers: [this.registry],
      collect() {
        isNow(this);
      },
    });
    collectDefaultMetrics({ register: this.registry });
  }

  /** Seconds. */
  get lastGoodSeconds(): number {
    return (Date.now() - this.#lastGood) / 1_000;
  }

  action(kind: DutyKind, outcome: Outcome): void {
    this.#actions.inc({ kind, outcome });
  }

  rpcError = (method: string): void => this.#rpcErrors.inc({ method });

  failedRound(): void {
    this.#failedRounds.inc();
  }

  /** A round that read everything. */
  goodRound(block: bigint): void {
    this.#lastGood = Date.now();
    this.#lastBlock.set(Number(block));
  }

  /** @param wei - The balance, 1e-18 coins. */
  balance(wei: bigint): void {
    this.#balance.set(Number(wei) / 1e18);
  }

  state(state: ChainState): void {
    for (const { market, accounts } of state.markets) {
      const held = accounts.filter(({ size }) => size !== 0n);
      this.#accounts.set({ market }, accounts.length);
      this.#flags.set({ market }, accounts.filter(({ flag }) => flag.dueAt !== 0n).length);
      this.#unmeasured.set({ market }, held.filter(({ limit }) => limit === null).length);
      this.#setHeadroom(market, worstHeadroom(held));
    }
  }

  #setHeadroom(market: Hex, ratio: number | null): void {
    if (ratio === null) this.#headroom.remove({ market });
    else this.#headroom.set({ market }, ratio);
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}

/**
 * Serves both on all interfaces.
 * @param port - 0 for any that is free.
 * @param patience - Seconds without a good round after which it is not healthy.
 * @throws {Error} when the port is taken
 */
export async function serve(metrics: Metrics, port: number, patience: number): Promise<{ server: Server; port: number }> {
  const server = createServer(async (request, response) => {
    if (request.url === "/metrics") {
      response.setHeader("content-type", metrics.registry.contentType);
      return void response.end(await metrics.registry.metrics());
    }
    if (request.url !== "/healthz") return void response.writeHead(404).end();
    const seconds = metrics.lastGoodSeconds;
    response
      .writeHead(seconds <= patience ? 200 : 503)
      .end(`${seconds <= patience ? "ok" : "late"}: ${seconds.toFixed(1)} s since a good round\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve());
  });
  return { server, port: (server.address() as AddressInfo).port };
}
