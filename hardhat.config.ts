import { fileURLToPath } from "node:url";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatIgnitionViem from "@nomicfoundation/hardhat-ignition-viem";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatTypechain from "@nomicfoundation/hardhat-typechain";
import hardhatViem from "@nomicfoundation/hardhat-viem";
import hardhatViemAssertions from "@nomicfoundation/hardhat-viem-assertions";
import { defineConfig } from "hardhat/config";

/** The compiler is the npm package's WebAssembly build: the same bytes on every machine, nothing downloaded at build time. */
const soljson = (name: string): string => fileURLToPath(import.meta.resolve(`${name}/soljson.js`));

export default defineConfig({
  plugins: [
    hardhatViem,
    hardhatViemAssertions,
    hardhatEthers,
    hardhatEthersChaiMatchers,
    hardhatMocha,
    hardhatNetworkHelpers,
    hardhatTypechain,
    hardhatIgnitionViem,
  ],
  solidity: {
    compilers: [
      {
        version: "0.8.30",
        path: soljson("solc"),
        // viaIR: the estimator and the perp do not fit the legacy stack.
        settings: { viaIR: true, evmVersion: "cancun", optimizer: { enabled: true, runs: 1_000_000 } },
      },
    ],
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
  },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "prague" },
  },
  typechain: { outDir: "./types" },
  test: {
    mocha: { timeout: 300_000, color: true, reporter: fileURLToPath(new URL("./scripts/reporter.cjs", import.meta.url)) },
    solidity: { fuzz: { runs: 1000, seed: "0x1" } },
  },
});
