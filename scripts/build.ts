// npm run build: the contracts (artifacts/, types/) and the SDK's package (sdk/dist/).
import { buildContracts } from "./lib/build.ts";
import { main } from "./lib/main.ts";
import { buildSdk } from "./lib/sdk.ts";

await main(async () => {
  await buildContracts();
  buildSdk();
  console.log("Built contracts (artifacts/, types/) and the SDK (sdk/dist/).");
});
