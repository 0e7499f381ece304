export { isSizingGuardError, type Selector, SizingGuardError, type SizingGuardErrorFields } from "./base.ts";
export {
  AccessManagedInvalidAuthorityError,
  AccessManagedRequiredDelayError,
  AccessManagedUnauthorizedError,
  ExpiredError,
  FeedDecimalsMismatchError,
  FeedDecimalsOutOfRangeError,
  FeedUnusableError,
  LimitMovedError,
  LimitNotSupportedError,
  NotProtocolError,
  OracleRejectedError,
  PolicyIncompleteError,
  PolicyNotSetError,
  PolicyOutOfRangeError,
  RoundNotObservedError,
  SizeExceededError,
  SizeGrewError,
  TooManyRoundsError,
  ZeroAddressError,
} from "./guard.ts";
export {
  ArgumentOutOfRangeError,
  DivisionByZeroError,
  ExpOverflowError,
  LnWadUndefinedError,
  MathOverflowError,
} from "./math.ts";
