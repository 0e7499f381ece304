// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title Realised variance of markets, kept from their price feeds
/// @notice Anyone may bring it up to date; nobody can make it forget. Variances are WAD per year of 365 days.
interface IVolatilityOracle {
    /// @notice A price was observed. `word` is the market's new volatility word (layout: VolatilityWord.sol); 0 where the
    /// market starts anew because its feed changed.
    event VarianceSampled(bytes32 indexed market, uint256 word);

    /// @notice A market in a `pokeMany` could not be brought up to date; `reason` is the error of `poke`.
    event PokeFailed(bytes32 indexed market, bytes reason);
    /// @notice The market's source of variance was asked. `word` is what is believed of it from now on (layout:
    /// PushedVariance.sol).
    event VarianceSynced(bytes32 indexed market, uint256 word);

    /// @notice The market has no policy here. Ask its governance to set one, or check the market's id.
    error PolicyNotSet(bytes32 market);
    /// @notice The feed does not answer, or answers with nothing that can be a price.
    error FeedUnusable(address feed);
    /// @notice More than `maximum` rounds were written since the last observation.
    /// Call `pokeFrom` with the id of the last round not later than `lastObservation`, as often as it takes.
    error TooManyRounds(bytes32 market, uint256 lastObservation, uint256 maximum);
    /// @notice `round` was not written at or before the last observation, so rounds could be missing in between.
    error RoundNotObserved(bytes32 market, uint80 round, uint256 updatedAt, uint256 lastObservation);

    /// @notice Enough was seen of the market already. `poke` keeps it up to date.
    error MarketIsWarm(bytes32 market);
    /// @notice So many rounds begin at `begin` and give `samples` observations: too few, or a beginning after what the market
    /// observed last. Ask for more rounds; where the feed's phase has no more, the market warms up by itself.
    error HistoryTooShort(bytes32 market, uint256 samples, uint256 begin);
    /// @notice The market's source of variance has nothing to say now. What it said before fades by itself.
    error VarianceSourceUnusable(address source);

    /// @notice Observes the feed's latest round, and before it every round since the last observation.
    /// @dev Reverts `PolicyNotSet`, `FeedUnusable` or `TooManyRounds`. A round that was observed before changes nothing.
    function poke(bytes32 market) external;

    /// @notice Observes the rounds after `round`, oldest first, up to the bound of one call.
    /// @param round a round the feed wrote at or before the market's last observation, or the beginning of a phase
    /// (`phase << 64`, a round that never exists): the step to its first round is then a gap
    /// @dev Reverts `PolicyNotSet` or `RoundNotObserved`. A round the feed does not have ends the walk.
    function pokeFrom(bytes32 market, uint80 round) external;

    /// @notice `poke` of each market. One that can't be poked keeps none of the others from it.
    /// @dev Emits `PokeFailed` instead of reverting.
    function pokeMany(bytes32[] calldata markets) external;

    /// @notice Begins a market that is not warm yet as many rounds before the feed's latest one, as if it had been kept since.
    /// @param rounds how many of the feed's own past rounds, as far as its phase goes back
    /// @dev Reverts `PolicyNotSet`, `FeedUnusable`, `MarketIsWarm` or `HistoryTooShort`. All in one call, so nobody can trade
    /// between the calm that was walked over and the crash that was not yet.
    function seed(bytes32 market, uint256 rounds) external;

    /// @notice Asks the market's source of variance, and keeps what it says as far as the policy believes it: it counts where it
    /// is larger than the market's own estimate, comes into force by and by and fades when it is not renewed.
    /// @dev Reverts `PolicyNotSet` or `VarianceSourceUnusable`.
    function sync(bytes32 market) external;

    /// @notice Stored variance: the larger of the fast and the slow average, never below the market's floor. What
    /// others say of it is not in it.
    /// @dev Reverts `PolicyNotSet`.
    function variance(bytes32 market) external view returns (uint256);

    /// @notice The stored word itself (layout: VolatilityWord.sol); 0 before the first observation.
    function volatilityWord(bytes32 market) external view returns (uint256);
}
