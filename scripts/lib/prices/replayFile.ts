import { basename } from "node:path";
import type { ReplayOutcome } from "../../demo/replay.ts";
import { inputOf } from "./input.ts";
import { fileSize } from "./lines.ts";
import type { PriceRequest } from "./options.ts";
import { compileForReplay, printTables, progressBar, run } from "./run.ts";
import { type PriceSurvey, surveyPrices } from "./survey.ts";

/**
 * Checks a price file to the end of the range, then replays it. It is read twice, so that a fault in its last line shows
 * before an hour of replay and not after it; that is why it must be a file and not a pipe.
 * @throws {PriceFileError} With the line of the first fault.
 */
export async function replayFile(request: PriceRequest): Promise<ReplayOutcome> {
  const survey = await checkFile(request);
  await compileForReplay();
  const input = await inputOf(request.file, request.pair, survey, request);
  const outcome = await run(input, basename(request.file), survey.rounds);
  printTables(outcome);
  return outcome;
}

async function checkFile(request: PriceRequest): Promise<PriceSurvey> {
  const bar = progressBar("Checking the file {bar} {percentage} %");
  bar.start(await fileSize(request.file), 0);
  try {
    return await surveyPrices(request.file, { ...request, onBytes: (bytes) => bar.update(bytes) });
  } finally {
    bar.stop();
  }
}
