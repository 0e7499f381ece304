import { type Logger, pino } from "pino";
import type { LogLevel } from "./options.ts";

export type { Logger };

/** JSON lines on the standard output. Numbers of the chain are text: they exceed what JSON's numbers hold. */
export function createLogger(level: LogLevel): Logger {
  const secrets = ["key", "privateKey", "KEEPER_PRIVATE_KEY", "signer", "account.sign", "serialized", "rpc"];
  return pino({
    name: "keeper",
    level,
    base: { pid: process.pid },
    redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: "[hidden]" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: asText },
  });
}

function asText(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === "bigint" ? `${value}` : value]));
}
