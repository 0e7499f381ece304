// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {MarketConfig} from "../../../contracts/examples/IReferencePerp.sol";
import {ReferencePerp} from "../../../contracts/examples/ReferencePerp.sol";
import {ISizingGuard, Limit, Mode, Position, Verdict} from "../../../contracts/interfaces/ISizingGuard.sol";
import {ReservedAddress} from "../../../contracts/periphery/ReservedAddress.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {ExtendedPolicy} from "../../../contracts/types/ExtendedPolicy.sol";
import {FeedPolicy} from "../../../contracts/types/FeedPolicy.sol";
import {GrowthMeter} from "../../../contracts/types/GrowthMeter.sol";
import {HighWaterMark} from "../../../contracts/types/HighWaterMark.sol";
import {RiskPolicy} from "../../../contracts/types/RiskPolicy.sol";
import {HostileFeed} from "./HostileFeed.sol";
import {RandomPolicy, Words} from "./RandomPolicy.sol";
import {VM} from "./ICheatcodes.sol";

/// @notice What a campaign holds the contracts to. The first three are the design's promises.
enum Promise {
    ReducingRiskIsNeverBlocked,
    LimitsOnlyTighten,
    ViewEqualsEnforcement,
    VarianceFollowsTheFeedAlone,
    BooksAreWhole,
    StrangersAreRefused,
    MetersCountOnce
}

/// @notice The meters' arithmetic, as SizingHarness offers it: its source would not compile without the IR.
interface IPositionMeters {
    function positionMeters(
        ExtendedPolicy policy,
        GrowthMeter before,
        GrowthMeter after_,
        HighWaterMark mark,
        uint256 timestamp,
        Position calldata position
    )
        external
        pure
        returns (
            uint256 shrunk,
            uint256 grown,
            GrowthMeter nextBefore,
            GrowthMeter nextAfter,
            uint256 headroom,
            HighWaterMark next
        );
}

/// @notice One market, complete: its own guard, perp, token, and two feeds its governance may choose from.
struct Venue {
    AccessManager manager;
    ISizingGuard guard;
    ReferencePerp perp;
    HostileToken token;
    HostileFeed feed;
    HostileFeed otherFeed;
    uint256 tokenUnit;
    uint8 feedDecimals;
}

/// @title World
/// @notice Where a campaign takes place: venues with feeds of 0 to 36 decimals, accounts, a clock, and the record of what
/// broke and of what was reached.
abstract contract World is RandomPolicy {
    bytes32 internal constant MARKET = keccak256("ETH/USD");
    /// @dev What one transaction may have on the chains of today: a feed that burns its gas leaves a 64th of it.
    uint256 internal constant GAS = 16_000_000;
    uint256 internal constant ACCOUNTS = 5;
    uint256 internal constant BEGINNING = 1_750_000_000;
    uint80 internal constant FIRST_ROUND = 1 << 64;

    /// @dev For what a guard must have made of an action.
    IPositionMeters internal immutable METERS = IPositionMeters(_deploy("SizingHarness.sol:SizingHarness", ""));

    Venue[] internal _venues;
    uint256 private _clock = BEGINNING;

    mapping(Promise broken => uint256) public violations;
    mapping(Promise broken => string) public firstViolation;
    /// @notice How often what happened: a campaign that reaches nothing proves nothing.
    mapping(string outcome => uint256) public reached;
    /// @dev Actions so far: each may leave a rounding behind in the books.
    uint256 internal _actions;

    /// @dev The clock is kept here, so that no call is made at a time of the engine's own.
    modifier timed() {
        VM.warp(_clock);
        ++_actions;
        _;
    }

    /* BUILDING */

    function _build(uint8 feedDecimals, uint8 tokenDecimals) internal {
        VM.warp(_clock);
        Venue memory v;
        v.manager = AccessManager(_deploy("AccessManager.sol:AccessManager", abi.encode(address(this))));
        v.token = HostileToken(_deploy("HostileToken.sol:HostileToken", abi.encode(tokenDecimals)));
        (v.tokenUnit, v.feedDecimals) = (10 ** tokenDecimals, feedDecimals);
        v.feed = new HostileFeed(feedDecimals, FIRST_ROUND);
        v.otherFeed = new HostileFeed(feedDecimals, FIRST_ROUND);
        ReservedAddress reserved = new ReservedAddress(address(this));
        bytes memory roles = abi.encode(address(v.manager), reserved.RESERVED());
        v.guard = ISizingGuard(_deploy("SizingGuard.sol:SizingGuard", roles));
        address[] memory arguments = new address[](3);
        (arguments[0], arguments[1], arguments[2]) = (address(v.guard), address(v.token), address(this));
        v.perp = ReferencePerp(reserved.deploy(VM.getCode("ReferencePerp.sol:ReferencePerp"), arguments));
        v.perp.list(MARKET, _config(v));
        bool isListed = _isSame(abi.encode(v.perp.marketConfig(MARKET)), abi.encode(_config(v)));
        _holds(isListed, "listed as it was described");
        v.guard.setPolicy(MARKET, _packed(_usualPolicy(v, Mode.Enforce)));
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            v.token.mint(_account(i), 1e15 * v.tokenUnit);
            VM.prank(_account(i));
            v.token.approve(address(v.perp), type(uint256).max);
        }
        _venues.push(v);
    }

    /// @dev Contracts are taken as they were built: compiling the exchange a second time into its campaign would take a
    /// minute.
    function _deploy(string memory name, bytes memory arguments) private returns (address deployed) {
        bytes memory initCode = abi.encodePacked(VM.getCode(name), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
        _holds(deployed != address(0), name);
    }

    function _config(Venue memory v) private pure returns (MarketConfig memory) {
        return MarketConfig({
            feed: address(v.feed),
            feedDecimals: v.feedDecimals,
            maxPriceAge: 10_800,
            initialMarginRatio: 0.02e18,
            maintenanceMarginRatio: 0.01e18,
            liquidationPenalty: 0.01e18,
            tradeFee: 0.0005e18,
            faultSpread: 0.05e18,
            maxFundingRate: 1e18,
            skewScale: 100_000e18
        });
    }

    /// @dev A major coin on a mid-sized exchange: the limits bind at sizes that are traded.
    function _usualPolicy(Venue memory v, Mode mode) internal pure returns (Words memory) {
        uint256 feed = FeedPolicy.unwrap(
            _feedPolicy(address(v.feed), v.feedDecimals, 390, 1_080, 500, mode, _usualLimits(v.feedDecimals))
        );
        // Where the price has most decimals, depth is more than a number.
        if (v.feedDecimals == 36) feed |= IMPACT << 248;
        return Words(FeedPolicy.wrap(feed), _usualRisk(), _usualExtended());
    }

    /// @dev The account's three and those of the market everywhere; the ones that remember, and the account's own, in some
    /// venues.
    function _usualLimits(uint256 feedDecimals) private pure returns (uint256 limits) {
        limits = (7 << uint256(Limit.Volatility)) | OPEN_INTEREST;
        limits |= (1 << uint256(Limit.Liquidity)) | (1 << uint256(Limit.Concentration));
        if (feedDecimals == 0) return limits;
        limits |= (1 << uint256(Limit.Growth)) | (1 << uint256(Limit.SelfLimit));
        if (feedDecimals != 18) limits |= (1 << uint256(Limit.Drawdown)) | (1 << uint256(Limit.Skew));
    }

    /// @dev Impact: 1e9 a day, 5 %, coefficient 1. A skew of 50; growth of 2 000 in four hours; a tenth lost leaves nothing,
    /// of a mark that halves in two days.
    function _usualExtended() private pure returns (ExtendedPolicy) {
        uint256 word = 1_000_000_000 | (500 << 40) | (10_000 << 56) | (50 << 72) | (18 << 104);
        word |= (2_000 << 112) | (18 << 144) | (14_400 << 152) | (1_000 << 176) | (2 << 192) | (48 << 200);
        return ExtendedPolicy.wrap(word);
    }

    function _usualRisk() private pure returns (RiskPolicy) {
        uint256 word = 40_433 | (5_000 << 16) | (200 << 32) | (5 << 48) | (200 << 64);
        word |= (200_000_000 << 80) | (50_000 << 120) | (18 << 152) | (1_500 << 160) | (14_400 << 232);
        word |= (500_000_000 << 176) | (5_000 << 216);
        return RiskPolicy.wrap(word);
    }

    /* WHO, WHERE, WHEN */

    function _venue(uint256 seed) internal view returns (Venue memory) {
        return _venues[seed % _venues.length];
    }

    function _account(uint256 seed) internal pure returns (address) {
        return address(uint160(0xacc0000 + seed % ACCOUNTS));
    }

    /// @dev Somebody the protocol may speak of who does not trade: what it states of them is not what they did.
    function _stated(uint256 seed) internal pure returns (address) {
        return address(uint160(0x57a7ed0000 + seed % ACCOUNTS));
    }

    /// @dev Somebody who has nothing to do with a venue.
    function _stranger(uint256 seed) internal pure returns (address) {
        return address(uint160(0x57a4e0000 + seed % 1_000));
    }

    function _pass(uint256 elapsed) internal {
        _clock += elapsed;
        VM.warp(_clock);
    }

    /// @dev The feed the guard reads now.
    function _guardFeed(Venue memory v) internal view returns (HostileFeed) {
        return HostileFeed(_policy(v).feed());
    }

    function _policy(Venue memory v) internal view returns (FeedPolicy) {
        return FeedPolicy.wrap(v.guard.policy(MARKET).feedPolicy);
    }

    /* DOING AND NOTING */

    /// @dev A call as a transaction makes it: from somebody, with the gas one may have.
    function _send(address from, address to, bytes memory data) internal returns (bool ok, bytes memory result) {
        VM.prank(from);
        // Any function of any contract; the reason of a refusal is looked at.
        // solhint-disable-next-line avoid-low-level-calls
        (ok, result) = to.call{gas: GAS}(data);
    }

    /// @dev What the guard would say, with the gas a transaction may have. It always answers.
    function _preview(Venue memory v, Position memory p) internal returns (Verdict memory verdict) {
        try v.guard.preview{gas: GAS}(MARKET, p) returns (Verdict memory answer) {
            return answer;
        } catch {
            _violate(Promise.ViewEqualsEnforcement, "preview reverted");
        }
    }

    function _violate(Promise broken, string memory what) internal {
        if (violations[broken]++ == 0) firstViolation[broken] = what;
    }

    function _expect(bool condition, Promise broken, string memory what) internal {
        if (!condition) _violate(broken, what);
    }

    function _note(string memory outcome) internal {
        ++reached[outcome];
    }

    function _isSame(bytes memory one, bytes memory other) internal pure returns (bool) {
        return keccak256(one) == keccak256(other);
    }

    function _abs(int256 x) internal pure returns (uint256) {
        unchecked {
            return x < 0 ? uint256(-x) : uint256(x);
        }
    }
}
