// npm run lint: generated files, types, TypeScript style, Solidity style. Builds first, because the types of the contracts are generated.
import { ABI_FOLDER, checkAbis } from "./generate-abis.ts";
import { buildAll } from "./lib/build.ts";
import { main } from "./lib/main.ts";
import { runTool } from "./lib/sdk.ts";

await main(async () => {
  await buildAll();
  await checkAbis(ABI_FOLDER);
  runTool("tsc", ["-p", "sdk", "--noEmit"]);
  runTool("tsc", ["-p", "."]);
  runTool("biome", ["check", "--error-on-warnings", "."]);
  runTool("solhint", ["--noPoster", "--disc", "--max-warnings", "0", "contracts/**/*.sol", "test/solidity/**/*.sol"]);
  console.log("Types, biome and solhint find nothing to say.");
});
