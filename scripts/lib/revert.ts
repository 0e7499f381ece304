import type { Hex } from "viem";

/**
 * The revert data inside whatever a client threw: clients wrap it several errors deep, each in its own field.
 * @returns `undefined` when the error is no revert.
 */
export function revertData(error: unknown): Hex | undefined {
  for (let current: unknown = error; typeof current === "object" && current !== null; ) {
    const { data, cause } = current as { data?: unknown; cause?: unknown };
    if (isHex(data)) return data;
    const nested = (data as { data?: unknown } | undefined | null)?.data;
    if (isHex(nested)) return nested;
    current = cause;
  }
  return undefined;
}

function isHex(value: unknown): value is Hex {
  return typeof value === "string" && /^0x([0-9a-f]{2})*$/i.test(value);
}
