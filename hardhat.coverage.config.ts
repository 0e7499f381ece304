import { defineConfig } from "hardhat/config";
import base from "./hardhat.config.ts";

/**
 * The same build, instrumented: kept apart, because it would overwrite the plain one under the same names. What only tests
 * or benches use is compiled and not counted.
 */
export default defineConfig({
  ...base,
  paths: { ...base.paths, artifacts: "./coverage/.artifacts", cache: "./coverage/.cache" },
  typechain: { outDir: "./coverage/.types" },
  // FeedReader leaves an answer in memory that nobody owns for a moment: what is put between its statements would write there.
  coverage: { skipFiles: ["contracts/test/**", "contracts/bench/**", "contracts/oracle/FeedReader.sol"] },
});
