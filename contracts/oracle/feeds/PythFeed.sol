// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPyth} from "@pythnetwork/pyth-sdk-solidity/IPyth.sol";
import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {IConfidenceFeed} from "../../interfaces/IConfidenceFeed.sol";
import {WAD} from "../../libraries/FixedPointMath.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {FeedConfig} from "./FeedConfig.sol";
import {RoundKeeper} from "./RoundKeeper.sol";

/// @title PythFeed
/// @notice A price of Pyth as a feed with rounds. Pyth keeps one price, whoever brings its signed update pays for it, and anyone
/// may record it here. Answers have 18 decimals, which no exponent from −18 to 0 loses anything in, nor a change of it.
/// @dev Pyth signs several updates a second and takes any that is later than the one it has. So who brings the next one chooses
/// among the prices since the last: for the price of now the best of them, of an age that counts against the size; for a
/// recording the calmest, where nobody was there to record on time. Others who bring and record bound both by how long nobody
/// did. Set `heartbeat` little above what they need and `maxAge` little above that: a keeper who fails then makes sizes smaller,
/// and not the choice larger.
/// @dev Warning: nobody bounds this: a guard that is poked observes whatever price of now it is shown, so who brings and pokes
/// n well chosen ones between two recordings leaves about 1/(n + 1) of the variance (test/oracle/pythTiming.test.ts has the
/// numbers). What then holds is the policy's `volatilityFloor`: with this feed it is the volatility to live with.
/// @dev Pyth gets all the gas there is, for the reason `BoundedCall` gives.
contract PythFeed is RoundKeeper, IConfidenceFeed {
    /* CONSTANTS */

    uint8 private constant DECIMALS = 18;
    int256 private constant MIN_EXPONENT = -18;
    int256 private constant MAX_EXPONENT = 0;
    /// @dev A price that is doubted by more than a tenth is none.
    uint256 private constant LARGEST_MAX_CONFIDENCE = 0.1e18;
    /// @dev Words of Pyth's answer: price, confidence, exponent, time of publication.
    uint256 private constant PRICE_WORDS = 4;

    /// @dev What Pyth answers, as far as it is a price at all.
    struct Price {
        uint256 price;
        uint256 confidence;
        int256 exponent;
        uint256 publishTime;
    }

    /* IMMUTABLES */

    IPyth public immutable PYTH;
    /// @notice Pyth's name of the price.
    bytes32 public immutable PRICE_ID;
    /// @notice Largest confidence interval, WAD ratio of the price, with which a price is one.
    uint256 public immutable MAX_CONFIDENCE;

    /* ERRORS */

    /// @notice There is no contract at Pyth's address.
    error NotPyth(address pyth);
    /// @notice Pyth's price comes with an exponent that 18 decimals cannot express.
    error ExponentOutOfRange(int256 exponent, int256 minimum, int256 maximum);
    /// @notice Pyth asks for more. Send `fee` wei; what is too much comes back.
    error FeeTooLow(uint256 sent, uint256 fee);

    /* CONSTRUCTOR */

    /// @param pyth Pyth's contract on this chain
    /// @param priceId Pyth's name of the price; nothing need have been published yet
    /// @param maxConfidence WAD ratio, above 0 and at most a tenth
    /// @param minSpacing seconds between recordings (`RoundKeeper`)
    /// @dev Reverts `NotPyth` or `ConfigOutOfRange`.
    constructor(IPyth pyth, bytes32 priceId, uint256 maxConfidence, uint256 minSpacing) RoundKeeper(minSpacing) {
        if (address(pyth).code.length == 0) revert NotPyth(address(pyth));
        FeedConfig.requireInRange("maxConfidence", maxConfidence, 1, LARGEST_MAX_CONFIDENCE);
        (PYTH, PRICE_ID, MAX_CONFIDENCE) = (pyth, priceId, maxConfidence);
    }

    /* EXTERNAL */

    /// @notice Brings updates to Pyth, pays its fee, and records the price they lead to. What was sent beyond the fee comes back.
    /// @param updateData as Pyth signed it; of this price or of any
    /// @return isRecorded as `record` returns it
    /// @dev Reverts `FeeTooLow`, `FailedCall` where the sender takes nothing back, as Pyth reverts, and as `record` does: an
    /// update that cannot be recorded for what it says is not brought either.
    function updateAndRecord(bytes[] calldata updateData) external payable returns (bool isRecorded) {
        uint256 fee = PYTH.getUpdateFee(updateData);
        if (msg.value < fee) revert FeeTooLow(msg.value, fee);
        PYTH.updatePriceFeeds{value: fee}(updateData);
        isRecorded = record();
        if (msg.value > fee) Address.sendValue(payable(msg.sender), msg.value - fee);
    }

    /* EXTERNAL VIEW */

    /// @inheritdoc IAggregatorV3
    function decimals() external pure returns (uint8) {
        return DECIMALS;
    }

    /// @inheritdoc IConfidenceFeed
    /// @dev The confidence of now, as a share of the round's price. Reverts as `latestRoundData` does, and so where Pyth doubts
    /// more than `MAX_CONFIDENCE`.
    function latestRoundDataWithConfidence() external view returns (uint80, int256, uint256, uint256, uint80) {
        (uint80 id, int256 answer,, uint256 updatedAt, uint80 answeredInRound) = latestRoundData();
        // Below 2^63 · 10^18 times a tenth.
        uint256 half = Math.ceilDiv(uint256(answer) * _confidenceOf(_read()), WAD);
        return (id, answer, half, updatedAt, answeredInRound);
    }

    /// @notice How wide Pyth's confidence interval is to each side: WAD ratio of the price, rounded up. For whoever widens by it.
    /// @dev Reverts `SourceUnusable` where there is no price to doubt; not where the doubt is too large.
    function confidence() external view returns (uint256) {
        return _confidenceOf(_read());
    }

    /* INTERNAL */

    /// @inheritdoc RoundKeeper
    /// @dev Reverts `SourceUnusable`, `PriceUncertain` or `ExponentOutOfRange`.
    function _current() internal view override returns (int256, uint256) {
        Price memory price = _read();
        uint256 ratio = _confidenceOf(price);
        if (ratio > MAX_CONFIDENCE) revert PriceUncertain(ratio);
        if (price.exponent < MIN_EXPONENT || price.exponent > MAX_EXPONENT) {
            revert ExponentOutOfRange(price.exponent, MIN_EXPONENT, MAX_EXPONENT);
        }
        // Below 2^63 · 10^18.
        return (int256(price.price * 10 ** uint256(price.exponent - MIN_EXPONENT)), price.publishTime);
    }

    /* PRIVATE */

    /// @dev Pyth's price, where it is above zero, of the past, and in the types Pyth has.
    function _read() private view returns (Price memory) {
        bytes memory data = abi.encodeCall(IPyth.getPriceUnsafe, (PRICE_ID));
        (bool ok, uint256[] memory words) = BoundedCall.tryReadOnly(address(PYTH), data, PRICE_WORDS);
        bool isPrice = ok && words[0] != 0 && words[0] <= uint64(type(int64).max) && words[1] <= type(uint64).max
            && words[3] != 0 && words[3] <= block.timestamp;
        if (!isPrice) revert SourceUnusable(address(PYTH));
        return Price(words[0], words[1], int256(words[2]), words[3]);
    }

    function _confidenceOf(Price memory price) private pure returns (uint256) {
        return Math.ceilDiv(price.confidence * WAD, price.price);
    }
}
