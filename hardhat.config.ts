import { fileURLToPath } from "node:url";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatIgnitionViem from "@nomicfoundation/hardhat-ignition-viem";
import hardhatKeystore from "@nomicfoundation/hardhat-keystore";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatTypechain from "@nomicfoundation/hardhat-typechain";
import hardhatVerify from "@nomicfoundation/hardhat-verify";
import hardhatViem from "@nomicfoundation/hardhat-viem";
import hardhatViemAssertions from "@nomicfoundation/hardhat-viem-assertions";
import { configVariable, defineConfig } from "hardhat/config";

/** The compiler is the npm package's WebAssembly build: the same bytes on every machine, nothing downloaded at build time. */
const soljson = (name: string): string => fileURLToPath(import.meta.resolve(`${name}/soljson.js`));

/** A chain reached over HTTP. Its URL and the deployer's key come from the environment or the keystore, never from a file here. */
const remote = (chainId: number, chainType: "l1" | "op" | "generic", url: string) => ({
  type: "http" as const,
  chainId,
  chainType,
  url: configVariable(url),
  accounts: [configVariable("DEPLOYER_PRIVATE_KEY")],
});

/** Where the random tests in Solidity begin. Those in TypeScript begin there too, and refuse what is no number. */
const seed = `0x${Number(process.env.SEED || 20_200_312).toString(16)}`;

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
    hardhatKeystore,
    hardhatVerify,
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
    overrides: {
      // At a million runs it is larger than a chain accepts (EIP-170); `npm run bench:gas` shows what this costs.
      "contracts/SizingGuard.sol": {
        version: "0.8.30",
        path: soljson("solc"),
        settings: { viaIR: true, evmVersion: "cancun", optimizer: { enabled: true, runs: 2_000 } },
      },
      // It drives contracts that are built as above, and is large itself: without the IR it compiles in a quarter of the time.
      "test/solidity/Promises.t.sol": {
        version: "0.8.30",
        path: soljson("solc"),
        settings: { viaIR: false, evmVersion: "cancun", optimizer: { enabled: true } },
      },
    },
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
  },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "prague" },
    localhost: { type: "http", chainId: 31337, chainType: "l1", url: "http://127.0.0.1:8545" },
    mainnet: remote(1, "l1", "MAINNET_RPC_URL"),
    sepolia: remote(11_155_111, "l1", "SEPOLIA_RPC_URL"),
    base: remote(8_453, "op", "BASE_RPC_URL"),
    optimism: remote(10, "op", "OPTIMISM_RPC_URL"),
    arbitrum: remote(42_161, "generic", "ARBITRUM_RPC_URL"),
  },
  // Ignition keeps its journals in <ignition>/deployments: here beside the records made from them.
  paths: { ignition: "." },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  typechain: { outDir: "./types" },
  test: {
    // Two processes: a file needs no other, and a second core is what every machine has.
    mocha: {
      timeout: 300_000,
      color: true,
      parallel: process.env.SERIAL !== "1",
      jobs: 2,
      reporter: fileURLToPath(new URL("./scripts/reporter.cjs", import.meta.url)),
      require: [fileURLToPath(new URL("./scripts/bigintErrors.mjs", import.meta.url))],
    },
    solidity: {
      profiles: {
        // The quick profile runs with every `npm test`, the deep one with --test-profile deep.
        default: { fuzz: { runs: 1_000, seed }, invariant: { runs: 64, depth: 160, failOnRevert: true } },
        deep: { fuzz: { runs: 100_000, seed }, invariant: { runs: 64, depth: 2_000, failOnRevert: true } },
      },
    },
  },
});
