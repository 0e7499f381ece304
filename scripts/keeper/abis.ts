/**
 * What the keeper calls and decodes, in words: it runs without a compiler. test/keeper/duties.test.ts holds every entry against the
 * compiled contracts.
 */
import { parseAbi } from "viem";

const STRUCTS = [
  "struct PolicyWords { uint256 feedPolicy; uint256 riskPolicy; uint256 extendedPolicy; uint256 portfolioPolicy; uint256 variancePolicy; }",
  "struct KnownPolicies { PolicyWords adopted; PolicyWords noted; uint40 notedAt; bool hasAdopted; }",
  "struct Flag { uint40 dueAt; uint40 expiresAt; bool isLong; uint128 target; uint128 largestStep; }",
  "struct DeleverageTerms { uint256 trigger; uint256 grace; uint256 window; uint256 pace; uint256 maxStep; uint256 bounty; uint256 policyDelay; uint256 marginCallShare; }",
  "struct Position { address account; int256 equity; int256 flow; int256 sizeBefore; int256 sizeAfter; uint256 sameSideOthers; uint256 oppositeOthers; uint256 poolEquity; }",
] as const;

/** IDeleverageController: its functions, and its errors with those of what it asks. */
export const controllerAbi = parseAbi([
  ...STRUCTS,
  "function GUARD() view returns (address)",
  "function PROTOCOL() view returns (address)",
  "function terms() view returns (DeleverageTerms)",
  "function knownPolicies(bytes32 market) view returns (KnownPolicies)",
  "function flagOf(bytes32 market, address account) view returns (Flag)",
  "function marginCalledAt(bytes32 market, address account) view returns (uint256)",
  "function forcedLimit(bytes32 market, address account) view returns (uint256 size, uint256 limit, uint256 price)",
  "function survivable(bytes32 market, address account) view returns (uint256 survivableMove, uint256 adverseMove)",
  "function notePolicy(bytes32 market)",
  "function flag(bytes32 market, address account)",
  "function clear(bytes32 market, address account)",
  "function deleverage(bytes32 market, address account, address receiver) returns (uint256 closed)",
  "function callMargin(bytes32 market, address account)",
  "error WithinLimit(bytes32 market, address account, uint256 size, uint256 most)",
  "error AlreadyFlagged(bytes32 market, address account, uint256 dueAt)",
  "error NotFlagged(bytes32 market, address account)",
  "error NotDue(bytes32 market, address account, uint256 dueAt)",
  "error PriceNotValid(bytes32 market, uint8 status)",
  "error PolicyNotAdopted(bytes32 market)",
  "error NothingToNote(bytes32 market, uint256 countsFrom)",
  "error NoMarginCall(bytes32 market, address account, uint256 survivableMove, uint256 adverseMove)",
  "error NotDeleveraged(bytes32 market, address account, uint256 size, uint256 left)",
  "error MarketNotWarm(bytes32 market, uint256 samples, uint256 needed)",
]);

/** IDeleverageable, as far as it is asked. */
export const protocolAbi = parseAbi([...STRUCTS, "function holding(bytes32 market, address account) view returns (Position)"]);

/** IVarianceSource. */
export const varianceSourceAbi = parseAbi(["function varianceOf(bytes32 market) view returns (uint256 variance_, uint256 validUntil)"]);

/** The event of the reference perp that names an account whose position changed. */
export const DEFAULT_ACCOUNT_EVENT =
  "Modified(bytes32 indexed market, address indexed account, int256 size, int256 collateral, uint256 price)";
