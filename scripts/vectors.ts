// npm run vectors [-- --check]: writes test/vectors, the answers other implementations can be held against, from the SDK; each
// is checked against the model in test/model first. With --check it writes nothing and fails when a byte would change.
import { buildContracts } from "./lib/build.ts";
import { main } from "./lib/main.ts";
import { checkVectors, VECTOR_FOLDER, writeVectors } from "./lib/vectors.ts";

await main(async () => {
  await buildContracts();
  const isCheck = process.argv.includes("--check");
  await (isCheck ? checkVectors(VECTOR_FOLDER) : writeVectors(VECTOR_FOLDER));
  console.log(isCheck ? "The vectors are the SDK's." : "Wrote test/vectors.");
});
