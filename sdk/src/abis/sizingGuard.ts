// Generated from the compiled contracts by scripts/generate-abis.ts. Do not edit: change the contract and run it again.

/**
 * ABI of the guard: its functions, events and errors, the AccessManager's included.
 *
 * @example
 * ```ts
 * await readContract(client, { address: guard, abi: sizingGuardAbi, functionName: "preview", args: [market, position] });
 * ```
 */
export const sizingGuardAbi = [
  { type: "error", name: "AccessManagedInvalidAuthority", inputs: [{ name: "authority", type: "address" }] },
  {
    type: "error",
    name: "AccessManagedRequiredDelay",
    inputs: [
      { name: "caller", type: "address" },
      { name: "delay", type: "uint32" },
    ],
  },
  { type: "error", name: "AccessManagedUnauthorized", inputs: [{ name: "caller", type: "address" }] },
  {
    type: "error",
    name: "Expired",
    inputs: [
      { name: "deadline", type: "uint256" },
      { name: "timestamp", type: "uint256" },
    ],
  },
  {
    type: "error",
    name: "FeedDecimalsMismatch",
    inputs: [
      { name: "feed", type: "address" },
      { name: "decimals", type: "uint256" },
      { name: "declared", type: "uint256" },
    ],
  },
  {
    type: "error",
    name: "FeedDecimalsOutOfRange",
    inputs: [
      { name: "feed", type: "address" },
      { name: "decimals", type: "uint256" },
      { name: "maximum", type: "uint256" },
    ],
  },
  { type: "error", name: "FeedUnusable", inputs: [{ name: "feed", type: "address" }] },
  {
    type: "error",
    name: "HistoryTooShort",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "samples", type: "uint256" },
      { name: "begin", type: "uint256" },
    ],
  },
  { type: "error", name: "InvalidPower", inputs: [{ name: "power", type: "uint256" }] },
  {
    type: "error",
    name: "LimitMoved",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "account", type: "address" },
      { name: "limitSize", type: "uint256" },
      { name: "minLimitSize", type: "uint256" },
    ],
  },
  {
    type: "error",
    name: "LimitNotSupported",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "limit", type: "uint8" },
    ],
  },
  { type: "error", name: "MarketIsWarm", inputs: [{ name: "market", type: "bytes32" }] },
  {
    type: "error",
    name: "NotProtocol",
    inputs: [
      { name: "caller", type: "address" },
      { name: "protocol", type: "address" },
    ],
  },
  {
    type: "error",
    name: "OracleRejected",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "account", type: "address" },
      { name: "status", type: "uint8" },
    ],
  },
  {
    type: "error",
    name: "PolicyIncomplete",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "active", type: "uint256" },
    ],
  },
  { type: "error", name: "PolicyNotSet", inputs: [{ name: "market", type: "bytes32" }] },
  {
    type: "error",
    name: "PolicyOutOfRange",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "field", type: "uint8" },
      { name: "value", type: "uint256" },
      { name: "minimum", type: "uint256" },
      { name: "maximum", type: "uint256" },
    ],
  },
  {
    type: "error",
    name: "PortfolioLossExceeded",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "account", type: "address" },
      { name: "loss", type: "uint256" },
      { name: "allowedLoss", type: "uint256" },
    ],
  },
  {
    type: "error",
    name: "RoundNotObserved",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "round", type: "uint80" },
      { name: "updatedAt", type: "uint256" },
      { name: "lastObservation", type: "uint256" },
    ],
  },
  {
    type: "error",
    name: "SelfLimitLoosens",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "account", type: "address" },
      { name: "current", type: "uint256" },
    ],
  },
  {
    type: "error",
    name: "SelfLimitOutOfRange",
    inputs: [
      { name: "field", type: "uint8" },
      { name: "value", type: "uint256" },
      { name: "minimum", type: "uint256" },
      { name: "maximum", type: "uint256" },
    ],
  },
  {
    type: "error",
    name: "SizeExceeded",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "account", type: "address" },
      { name: "size", type: "uint256" },
      { name: "maxSize", type: "uint256" },
      { name: "limit", type: "uint8" },
    ],
  },
  {
    type: "error",
    name: "SizeGrew",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "account", type: "address" },
      { name: "sizeBefore", type: "int256" },
      { name: "sizeAfter", type: "int256" },
    ],
  },
  {
    type: "error",
    name: "TooManyRounds",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "lastObservation", type: "uint256" },
      { name: "maximum", type: "uint256" },
    ],
  },
  { type: "error", name: "VarianceSourceUnusable", inputs: [{ name: "source", type: "address" }] },
  { type: "error", name: "ZeroAddress", inputs: [] },
  { type: "event", name: "AuthorityUpdated", inputs: [{ name: "authority", type: "address", indexed: false }] },
  {
    type: "event",
    name: "PokeFailed",
    inputs: [
      { name: "market", type: "bytes32", indexed: true },
      { name: "reason", type: "bytes", indexed: false },
    ],
  },
  {
    type: "event",
    name: "PolicySet",
    inputs: [
      { name: "market", type: "bytes32", indexed: true },
      {
        name: "words",
        type: "tuple",
        indexed: false,
        components: [
          { name: "feedPolicy", type: "uint256" },
          { name: "riskPolicy", type: "uint256" },
          { name: "extendedPolicy", type: "uint256" },
          { name: "portfolioPolicy", type: "uint256" },
          { name: "variancePolicy", type: "uint256" },
        ],
      },
    ],
  },
  {
    type: "event",
    name: "Recorded",
    inputs: [
      { name: "market", type: "bytes32", indexed: true },
      { name: "account", type: "address", indexed: true },
      { name: "sizeBefore", type: "int256", indexed: false },
      { name: "sizeAfter", type: "int256", indexed: false },
    ],
  },
  {
    type: "event",
    name: "SelfLimitSet",
    inputs: [
      { name: "market", type: "bytes32", indexed: true },
      { name: "account", type: "address", indexed: true },
      { name: "selfLimit", type: "uint256", indexed: false },
    ],
  },
  {
    type: "event",
    name: "VarianceSampled",
    inputs: [
      { name: "market", type: "bytes32", indexed: true },
      { name: "word", type: "uint256", indexed: false },
    ],
  },
  {
    type: "event",
    name: "VarianceSynced",
    inputs: [
      { name: "market", type: "bytes32", indexed: true },
      { name: "word", type: "uint256", indexed: false },
    ],
  },
  {
    type: "event",
    name: "WouldReject",
    inputs: [
      { name: "market", type: "bytes32", indexed: true },
      { name: "account", type: "address", indexed: true },
      { name: "size", type: "uint256", indexed: false },
      {
        name: "verdict",
        type: "tuple",
        indexed: false,
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
    ],
  },
  {
    type: "event",
    name: "WouldRejectPortfolio",
    inputs: [
      { name: "market", type: "bytes32", indexed: true },
      { name: "account", type: "address", indexed: true },
      { name: "loss", type: "uint256", indexed: false },
      { name: "allowedLoss", type: "uint256", indexed: false },
    ],
  },
  { type: "function", name: "CLIP_SQUARED", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "uint256" }] },
  { type: "function", name: "FAST_TAU", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "uint256" }] },
  { type: "function", name: "INITIAL_VARIANCE", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "uint256" }] },
  { type: "function", name: "MAX_ROUNDS", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "uint256" }] },
  { type: "function", name: "MIN_INTERVAL", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "uint256" }] },
  { type: "function", name: "PROTOCOL", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "address" }] },
  { type: "function", name: "SLOW_TAU", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "uint256" }] },
  { type: "function", name: "WARM_UP_SAMPLES", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "uint256" }] },
  { type: "function", name: "authority", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "address" }] },
  {
    type: "function",
    name: "enforce",
    stateMutability: "nonpayable",
    inputs: [
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
    outputs: [],
  },
  {
    type: "function",
    name: "enforceBounded",
    stateMutability: "nonpayable",
    inputs: [
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
      { name: "minLimitSize", type: "uint256" },
      { name: "deadline", type: "uint256" },
    ],
    outputs: [],
  },
  {
    type: "function",
    name: "enforcePortfolio",
    stateMutability: "nonpayable",
    inputs: [
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
    outputs: [],
  },
  { type: "function", name: "isConsumingScheduledOp", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "bytes4" }] },
  {
    type: "function",
    name: "meters",
    stateMutability: "view",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "account", type: "address" },
    ],
    outputs: [
      {
        name: "words",
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
    ],
  },
  { type: "function", name: "poke", stateMutability: "nonpayable", inputs: [{ name: "market", type: "bytes32" }], outputs: [] },
  {
    type: "function",
    name: "pokeFrom",
    stateMutability: "nonpayable",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "round", type: "uint80" },
    ],
    outputs: [],
  },
  { type: "function", name: "pokeMany", stateMutability: "nonpayable", inputs: [{ name: "markets", type: "bytes32[]" }], outputs: [] },
  {
    type: "function",
    name: "policy",
    stateMutability: "view",
    inputs: [{ name: "market", type: "bytes32" }],
    outputs: [
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
    ],
  },
  {
    type: "function",
    name: "preview",
    stateMutability: "view",
    inputs: [
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
        name: "",
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
    ],
  },
  {
    type: "function",
    name: "previewPortfolio",
    stateMutability: "view",
    inputs: [
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
    ],
  },
  {
    type: "function",
    name: "record",
    stateMutability: "nonpayable",
    inputs: [
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
    outputs: [],
  },
  {
    type: "function",
    name: "seed",
    stateMutability: "nonpayable",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "rounds", type: "uint256" },
    ],
    outputs: [],
  },
  {
    type: "function",
    name: "setAuthority",
    stateMutability: "nonpayable",
    inputs: [{ name: "newAuthority", type: "address" }],
    outputs: [],
  },
  {
    type: "function",
    name: "setPolicy",
    stateMutability: "nonpayable",
    inputs: [
      { name: "market", type: "bytes32" },
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
    ],
    outputs: [],
  },
  {
    type: "function",
    name: "setSelfLimit",
    stateMutability: "nonpayable",
    inputs: [
      { name: "market", type: "bytes32" },
      { name: "selfLimit", type: "uint256" },
    ],
    outputs: [],
  },
  { type: "function", name: "sync", stateMutability: "nonpayable", inputs: [{ name: "market", type: "bytes32" }], outputs: [] },
  {
    type: "function",
    name: "variance",
    stateMutability: "view",
    inputs: [{ name: "market", type: "bytes32" }],
    outputs: [{ name: "", type: "uint256" }],
  },
  {
    type: "function",
    name: "volatilityWord",
    stateMutability: "view",
    inputs: [{ name: "market", type: "bytes32" }],
    outputs: [{ name: "", type: "uint256" }],
  },
] as const;
