// npm run shadow-report -- --rpc URL --guard ADDRESS [--from BLOCK] [--to BLOCK] [--market ID]... [--trades EVENT]...
// [--protocol ADDRESS] [--json FILE] [--chunk BLOCKS]: what a guard in Shadow would have refused (docs/shadow.md).
import { writeWhole } from "./lib/deployments.ts";
import { main } from "./lib/main.ts";
import { reportJson } from "./shadow/json.ts";
import { Node } from "./shadow/node.ts";
import { parseOptions } from "./shadow/options.ts";
import { makeReport } from "./shadow/report.ts";
import { show } from "./shadow/table.ts";

await main(async () => {
  const options = parseOptions(process.argv.slice(2));
  const report = await makeReport(new Node(options.rpc), options);
  console.log(show(report));
  if (options.json === null) return;
  writeWhole(options.json, reportJson(report));
  console.log(`\nReport: ${options.json}`);
});
