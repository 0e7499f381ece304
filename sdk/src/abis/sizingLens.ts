// Generated from the compiled contracts by scripts/generate-abis.ts. Do not edit: change the contract and run it again.

/**
 * ABI of the lens.
 *
 * @example
 * ```ts
 * await readContract(client, { address: lens, abi: sizingLensAbi, functionName: "explain", args: [guard, market, position] });
 * ```
 */
export const sizingLensAbi = [
  { type: "error", name: "InvalidPower", inputs: [{ name: "power", type: "uint256" }] },
  { type: "error", name: "PolicyNotSet", inputs: [{ name: "market", type: "bytes32" }] },
  { type: "error", name: "SafeCastOverflowedIntToUint", inputs: [{ name: "value", type: "int256" }] },
  { type: "error", name: "SafeCastOverflowedUintToInt", inputs: [{ name: "value", type: "uint256" }] },
  {
    type: "function",
    name: "explain",
    stateMutability: "view",
    inputs: [
      { name: "guard", type: "address" },
      { name: "market", type: "bytes32" },
      {
        name: "position",
        type: "tuple",
        components: [
          { name: "account", type: "address" },
          { name: "equity", type: "int256" },
          { name: "flow", type: "int256" },
          { name: "sizeBefore", type: "int256" },
          { name: "sizeAfter", type: "int256" },
          { name: "sameSideOthers", type: "uint256" },
          { name: "oppositeOthers", type: "uint256" },
          { name: "poolEquity", type: "uint256" },
        ],
      },
    ],
    outputs: [
      {
        name: "verdict",
        type: "tuple",
        components: [
          { name: "allowed", type: "bool" },
          { name: "limit", type: "uint8" },
          { name: "maxSize", type: "uint256" },
          { name: "limitSize", type: "uint256" },
          { name: "price", type: "uint256" },
          { name: "variance", type: "uint256" },
          { name: "status", type: "uint8" },
        ],
      },
      {
        name: "limits",
        type: "tuple[]",
        components: [
          { name: "limit", type: "uint8" },
          { name: "isBase", type: "bool" },
          { name: "value", type: "uint256" },
          { name: "size", type: "uint256" },
          { name: "headroom", type: "uint256" },
          { name: "binds", type: "bool" },
        ],
      },
    ],
  },
  {
    type: "function",
    name: "explainPortfolio",
    stateMutability: "view",
    inputs: [
      { name: "guard", type: "address" },
      { name: "market", type: "bytes32" },
      {
        name: "position",
        type: "tuple",
        components: [
          { name: "account", type: "address" },
          { name: "equity", type: "int256" },
          { name: "flow", type: "int256" },
          { name: "sizeBefore", type: "int256" },
          { name: "sizeAfter", type: "int256" },
          { name: "sameSideOthers", type: "uint256" },
          { name: "oppositeOthers", type: "uint256" },
          { name: "poolEquity", type: "uint256" },
        ],
      },
      {
        name: "others",
        type: "tuple[]",
        components: [
          { name: "market", type: "bytes32" },
          { name: "delta", type: "int256" },
          { name: "gamma", type: "int256" },
          { name: "vega", type: "int256" },
          { name: "theta", type: "int256" },
        ],
      },
    ],
    outputs: [
      {
        name: "verdict",
        type: "tuple",
        components: [
          { name: "allowed", type: "bool" },
          { name: "limit", type: "uint8" },
          { name: "maxSize", type: "uint256" },
          { name: "limitSize", type: "uint256" },
          { name: "price", type: "uint256" },
          { name: "variance", type: "uint256" },
          { name: "status", type: "uint8" },
        ],
      },
      {
        name: "assessment",
        type: "tuple",
        components: [
          { name: "limit", type: "uint256" },
          { name: "loss", type: "uint256" },
          { name: "allowedLoss", type: "uint256" },
        ],
      },
      {
        name: "limits",
        type: "tuple[]",
        components: [
          { name: "limit", type: "uint8" },
          { name: "isBase", type: "bool" },
          { name: "value", type: "uint256" },
          { name: "size", type: "uint256" },
          { name: "headroom", type: "uint256" },
          { name: "binds", type: "bool" },
        ],
      },
    ],
  },
  {
    type: "function",
    name: "maxWithdraw",
    stateMutability: "view",
    inputs: [
      { name: "guard", type: "address" },
      { name: "market", type: "bytes32" },
      {
        name: "holding",
        type: "tuple",
        components: [
          { name: "account", type: "address" },
          { name: "equity", type: "int256" },
          { name: "flow", type: "int256" },
          { name: "sizeBefore", type: "int256" },
          { name: "sizeAfter", type: "int256" },
          { name: "sameSideOthers", type: "uint256" },
          { name: "oppositeOthers", type: "uint256" },
          { name: "poolEquity", type: "uint256" },
        ],
      },
    ],
    outputs: [{ name: "", type: "uint256" }],
  },
  {
    type: "function",
    name: "snapshot",
    stateMutability: "view",
    inputs: [
      { name: "guard", type: "address" },
      { name: "market", type: "bytes32" },
      { name: "account", type: "address" },
    ],
    outputs: [
      {
        name: "result",
        type: "tuple",
        components: [
          { name: "account", type: "address" },
          {
            name: "words",
            type: "tuple",
            components: [
              { name: "feedPolicy", type: "uint256" },
              { name: "riskPolicy", type: "uint256" },
              { name: "extendedPolicy", type: "uint256" },
              { name: "portfolioPolicy", type: "uint256" },
              { name: "variancePolicy", type: "uint256" },
            ],
          },
          { name: "volatilityWord", type: "uint256" },
          {
            name: "meters",
            type: "tuple",
            components: [
              { name: "pool", type: "uint256" },
              { name: "longGrowth", type: "uint256" },
              { name: "shortGrowth", type: "uint256" },
              { name: "highWaterMark", type: "uint256" },
              { name: "selfLimit", type: "uint256" },
              { name: "pushedVariance", type: "uint256" },
            ],
          },
          { name: "isAnswered", type: "bool" },
          {
            name: "round",
            type: "tuple",
            components: [
              { name: "roundId", type: "uint256" },
              { name: "answer", type: "int256" },
              { name: "startedAt", type: "uint256" },
              { name: "updatedAt", type: "uint256" },
              { name: "answeredInRound", type: "uint256" },
            ],
          },
          { name: "fault", type: "uint8" },
          { name: "blockNumber", type: "uint256" },
          { name: "timestamp", type: "uint256" },
        ],
      },
    ],
  },
  {
    type: "function",
    name: "snapshots",
    stateMutability: "view",
    inputs: [
      { name: "guard", type: "address" },
      { name: "markets", type: "bytes32[]" },
      { name: "account", type: "address" },
    ],
    outputs: [
      {
        name: "results",
        type: "tuple[]",
        components: [
          { name: "account", type: "address" },
          {
            name: "words",
            type: "tuple",
            components: [
              { name: "feedPolicy", type: "uint256" },
              { name: "riskPolicy", type: "uint256" },
              { name: "extendedPolicy", type: "uint256" },
              { name: "portfolioPolicy", type: "uint256" },
              { name: "variancePolicy", type: "uint256" },
            ],
          },
          { name: "volatilityWord", type: "uint256" },
          {
            name: "meters",
            type: "tuple",
            components: [
              { name: "pool", type: "uint256" },
              { name: "longGrowth", type: "uint256" },
              { name: "shortGrowth", type: "uint256" },
              { name: "highWaterMark", type: "uint256" },
              { name: "selfLimit", type: "uint256" },
              { name: "pushedVariance", type: "uint256" },
            ],
          },
          { name: "isAnswered", type: "bool" },
          {
            name: "round",
            type: "tuple",
            components: [
              { name: "roundId", type: "uint256" },
              { name: "answer", type: "int256" },
              { name: "startedAt", type: "uint256" },
              { name: "updatedAt", type: "uint256" },
              { name: "answeredInRound", type: "uint256" },
            ],
          },
          { name: "fault", type: "uint8" },
          { name: "blockNumber", type: "uint256" },
          { name: "timestamp", type: "uint256" },
        ],
      },
    ],
  },
] as const;
