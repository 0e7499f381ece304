import { readFileSync } from "node:fs";
import { expect } from "chai";
import { describe, it } from "mocha";

/** The package as users import it: built, through its `exports`. */
const ENTRIES = {
  ".": "index.ts",
  "./math": "math/index.ts",
  "./limits": "limits/index.ts",
  "./forecast": "forecast/index.ts",
  "./errors": "errors/index.ts",
  "./viem": "viem/index.ts",
  "./abis": "abis/index.ts",
  "./deployments": "deployments.ts",
};

const manifest = JSON.parse(readFileSync(new URL("../../sdk/package.json", import.meta.url), "utf8")) as {
  name: string;
  exports: Record<string, unknown>;
  dependencies?: unknown;
};

describe("the SDK's package", () => {
  for (const [entry, source] of Object.entries(ENTRIES)) {
    it(`${entry} exports what its source exports`, async () => {
      const built = (await import(manifest.name + entry.slice(1))) as Record<string, unknown>;
      const written = (await import(`../../sdk/src/${source}`)) as Record<string, unknown>;
      expect(Object.keys(built).sort()).to.deep.equal(Object.keys(written).sort());
      expect(Object.keys(built)).not.to.have.length(0);
    });
  }

  it("has no entry that is not tested here, and no dependency", () => {
    expect(Object.keys(manifest.exports).filter((entry) => entry !== "./package.json")).to.deep.equal(Object.keys(ENTRIES));
    expect(manifest.dependencies).to.equal(undefined);
  });

  it("gives the built functions the answers of the source", async () => {
    const { mulDivUp } = (await import(`${manifest.name}/math`)) as typeof import("../../sdk/src/math/index.ts");
    expect(mulDivUp(7n, 3n, 2n)).to.equal(11n);
    expect(() => mulDivUp(1n, 1n, 0n))
      .to.throw()
      .with.property("code", "DivisionByZero");
  });
});
