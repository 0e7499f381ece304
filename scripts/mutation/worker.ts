// A process that judges one mutant after the other, and is ended from outside when one never comes to an end.
import { createJudge, type Judge } from "./judge.ts";
import type { Mutant } from "./mutant.ts";
import { prepareHardhat } from "./suite.ts";
import { LANGUAGES } from "./targets.ts";

/** What the pool asks: a mutant's fate, or the baseline of the tests for some files. */
export type Request = { readonly mutant: Mutant } | { readonly baseline: ReadonlySet<string> };

const language = LANGUAGES.find((name) => name === process.argv[2]);
if (language === undefined || process.send === undefined) throw new Error("This is started by scripts/mutation.ts.");

const send = (message: unknown): void => void process.send?.(message);
prepareHardhat();
const judge: Judge = createJudge(language, (running) => send({ running }));

process.on("message", async (request: Request) => {
  try {
    send({ result: "baseline" in request ? await judge.baseline(request.baseline) : await judge.judge(request.mutant) });
  } catch (error) {
    send({ error: error instanceof Error ? error.stack : `${error}` });
  }
});
process.on("disconnect", () => process.exit());
send({ ready: true });
