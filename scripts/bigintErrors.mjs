// A failed comparison of bigints has to come back from the process it failed in: errors travel as JSON, which has none, and
// would take the results of the whole file with them.
import { SerializableEvent } from "mocha/lib/nodejs/serializer.js";

const serialize = SerializableEvent.prototype.serialize;

SerializableEvent.prototype.serialize = function serializeWithBigints() {
  const event = serialize.call(this);
  replaceBigints(event.error, new Set());
  return event;
};

function replaceBigints(value, seen) {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === "bigint") value[key] = `${member}n`;
    else replaceBigints(member, seen);
  }
}
