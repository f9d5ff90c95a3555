/** One meeting for a calendar that subscribed. */
export interface IcsEvent {
  id: string;
  startsAt: Temporal.Instant;
  endsAt: Temporal.Instant;
  updatedAt: Temporal.Instant;
  sequence: number;
  cancelled: boolean;
  summary: string;
  description?: string;
}

/**
 * An iCalendar feed (RFC 5545). Times are UTC, so no VTIMEZONE is needed and no reader can get the zone wrong; lines end
 * in CRLF and are folded at 75 octets without cutting a character.
 */
export function icsFeed(calendarName: string, events: readonly IcsEvent[]): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//AgentLocator//Calendar//HE",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${escaped(calendarName)}`,
    ...events.flatMap(eventLines),
    "END:VCALENDAR",
  ];
  return `${lines.map(folded).join("\r\n")}\r\n`;
}

function eventLines(event: IcsEvent): string[] {
  return [
    "BEGIN:VEVENT",
    `UID:${event.id}@agentlocator`,
    `DTSTAMP:${utc(event.updatedAt)}`,
    `DTSTART:${utc(event.startsAt)}`,
    `DTEND:${utc(event.endsAt)}`,
    `SEQUENCE:${event.sequence}`,
    `STATUS:${event.cancelled ? "CANCELLED" : "CONFIRMED"}`,
    `SUMMARY:${escaped(event.summary)}`,
    ...(event.description === undefined ? [] : [`DESCRIPTION:${escaped(event.description)}`]),
    "END:VEVENT",
  ];
}

const utc = (at: Temporal.Instant): string =>
  at.toString({ smallestUnit: "second" }).replaceAll("-", "").replaceAll(":", "");

// biome-ignore lint/suspicious/noControlCharactersInRegex: a control character in a name would break the feed
const control = /[\u0000-\u0009\u000b-\u001f\u007f]/g;
const escaped = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(control, "")
    .replace(/[\\;,]/g, "\\$&")
    .replaceAll("\n", "\\n");

function folded(line: string): string {
  const parts: string[] = [];
  let part = "";
  let octets = 0;
  for (const char of line) {
    const size = Buffer.byteLength(char);
    if (octets + size > 75) {
      parts.push(part);
      part = " ";
      octets = 1;
    }
    part += char;
    octets += size;
  }
  return [...parts, part].join("\r\n");
}
